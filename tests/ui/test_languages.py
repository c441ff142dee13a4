"""No text is cut in a small window, in German and in a language of longer words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import run
from cut_texts import cut_texts, stretched
from pack_clips import OPTIONS, make_clips
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from studio_fixtures import CHECKPOINTS
from window_language import english_afterwards

from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Language
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.export.packs.pack_plan import plan_pack
from qvim_studio.export.packs.pack_texts import PackedClip, metadata_csv
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.blind_reveal import BlindResult
from qvim_studio.ui.request.compare_actions import CompareDialog
from qvim_studio.ui.window.main_window import MainWindow
from qvim_studio.ui.window.translation import StudioTranslator, read_translations, set_language

SMALL_PX = (1024, 600)
TITLE_BAR_PX = 40


@pytest.fixture(params=["German", "stretched"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    with english_afterwards(qapp):
        if request.param == "German":
            set_language(Language.GERMAN, qapp)
        else:
            texts = read_translations(resource_path("translations", "qvim_studio_de.ts"))
            longer = {key: stretched(key[1]) for key in texts}
            qapp.installTranslator(StudioTranslator(longer, qapp))
        yield


def cut_in_window(window: QWidget) -> list[str]:
    QApplication.processEvents()
    assert (window.width(), window.height()) == SMALL_PX
    return cut_texts(window)


def cut_in_dialog(dialog: QDialog | None) -> list[str]:
    """What a dialog cuts on a small screen; the dialog is closed."""
    assert dialog is not None
    dialog.show()
    room = (SMALL_PX[0], SMALL_PX[1] - TITLE_BAR_PX)
    dialog.resize(dialog.size().boundedTo(QSize(*room)))
    QApplication.processEvents()
    assert dialog.width() <= room[0] and dialog.height() <= room[1]
    found = cut_texts(dialog)
    dialog.reject()
    return found


def test_the_stretched_language_is_longer_and_fills_in_the_same() -> None:
    assert stretched("&Save {0:.1f} GB") == "&Savee {0:.1f} GB" + 4 * "o"
    assert len(stretched("Unwanted words, steps, guidance")) >= 1.3 * 31


@pytest.mark.usefixtures("language")
def test_a_small_window_cuts_no_text(
    with_take: MainWindow,
    services: Services,
    generate: Callable[[MainWindow], None],
    qtbot: QtBot,
) -> None:
    window = with_take
    window.resize(*SMALL_PX)
    window.request.more.setChecked(True)
    assert cut_in_window(window) == []
    generate(window)
    views = (window.candidates.view, window.history.view)
    qtbot.waitUntil(lambda: all(view.model().rowCount() > 1 for view in views))
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    for view in views:
        view.select_index(view.model().index(1, 0))
    qtbot.waitUntil(window.history.details.isVisible)
    assert cut_in_window(window) == []
    window.library.show_sounds()
    assert cut_in_window(window) == []
    popup = window.imitation.bar.options
    popup.grab()  # a popup that is shown would take the keyboard
    popup.adjustSize()
    cut = {
        "settings": cut_in_dialog(window.settings_actions.open()),
        "shortcuts": cut_in_dialog(window.help.open_shortcuts()),
        "checkpoints": cut_in_dialog(window.checkpoints.open()),
        "pack": cut_in_dialog(window.packs.open_pack()),
        "comparison": cut_in_dialog(CompareDialog(CHECKPOINTS, "starter", window)),
        "crash": cut_in_dialog(window.help.open_crash()),
        "blind": cut_in_dialog(BlindResult(["Starter  ·  7"], ["Big  ·  8"], window)),
        "recording": cut_texts(popup),
    }
    assert {name: texts for name, texts in cut.items() if texts} == {}


def test_files_and_the_command_line_know_no_language(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def written(folder: Path) -> list[object]:
        """The recipes and the table of a pack, and what the command line says."""
        paths = make_clips(folder, "dog", seconds=0.1)
        recipes = [as_object(read_json(path.with_suffix(".json"))) for path in paths]
        moments = [recipe.pop("created") for recipe in recipes]
        clips = plan_pack(paths, OPTIONS).clips
        packed = [PackedClip(clip, "0", 1, 4800, 48_000, 1, -23.456, -1.5) for clip in clips]
        asked = ("--name", "Pack", "--creator", "MK", "--source", "QVIM", "--output", tmp_path)
        failed = run(capsys, "pack", "no such file.wav", *asked)
        return [recipes, len(moments), metadata_csv(OPTIONS, packed), failed]

    in_english = written(tmp_path / "en")
    assert "no such file.wav" in str(in_english[-1])
    with english_afterwards(qapp):
        set_language(Language.GERMAN, qapp)
        assert written(tmp_path / "de") == in_english
