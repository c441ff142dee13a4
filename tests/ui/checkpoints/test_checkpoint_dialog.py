"""The checkpoint manager: choose, download, pause, cancel, add, check, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_checkpoint_store import KNOWN, SHIPPED, FakeCheckpointStore
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.jobs.checkpoint_manager import CheckpointManager, Transfer
from qvim_studio.jobs.engine.memory_watch import GIB, Memory
from qvim_studio.ui.checkpoints.checkpoint_dialog import CheckpointDialog
from qvim_studio.ui.checkpoints.checkpoint_row import CheckpointRow
from qvim_studio.ui.widgets.fitting import Column
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

ID = "audioldm-s-full-v2"
GB = 10**9


@pytest.fixture
def store() -> FakeCheckpointStore:
    return FakeCheckpointStore()


@pytest.fixture
def manager(store: FakeCheckpointStore, qtbot: QtBot) -> Iterator[CheckpointManager]:
    manager = CheckpointManager(lambda: store)
    yield manager
    assert manager.shutdown()


@pytest.fixture
def dialog(manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot) -> CheckpointDialog:
    return opened(manager, theme, qtbot)


def opened(
    manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot, gpu_bytes: int = 0
) -> CheckpointDialog:
    dialog = CheckpointDialog(theme, manager, "starter", Memory(0, 16 * GIB, 0, gpu_bytes))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: ID in dialog.rows and dialog.rows[ID].isVisible())
    return dialog


def answer(dialog: CheckpointDialog, words: str, qtbot: QtBot) -> None:
    """Press the button with these words in the open question."""
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
    box = dialog.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == words).click()


def begin(dialog: CheckpointDialog, qtbot: QtBot) -> CheckpointRow:
    """Start the download and wait until half of it is here."""
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].bar.value() == 500)
    return dialog.rows[ID]


def ended(manager: CheckpointManager) -> Callable[[], bool]:
    return lambda: manager.transfer is None and manager.is_idle


def test_rows_say_size_licence_and_what_fits(dialog: CheckpointDialog) -> None:
    row = dialog.rows[ID]
    assert row.facts.text() == "Not installed  ·  1.6 GB to download  ·  CC BY-NC-SA 4.0"
    assert row.fit.text() == "Fits this computer (no GPU needed): about 1.9 of 16 GB"
    assert row.download.isVisible() and not row.use.isVisible() and not row.more.isVisible()
    assert dialog.rows["starter"].use.text() == "In use"
    assert "75.0 GB free" in dialog.disk.text()


def test_tab_walks_through_the_rows_before_the_buttons_below(dialog: CheckpointDialog) -> None:
    dialog.activateWindow()
    assert dialog.focusWidget() is dialog._close
    order = []
    for _ in range(20):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        order.append(dialog.focusWidget())
        if dialog.focusWidget() is dialog._close:
            break
    assert order[-2:] == [dialog.add, dialog._close]
    assert dialog.rows[ID].download in order[:-2]
    inside = [
        row for widget in order[:-2] for row in dialog.rows.values() if row is widget.parent()
    ]
    assert len(inside) == len(order) - 2


@pytest.mark.parametrize(("gpu_bytes", "words"), [(6 * GIB, "High"), (2 * GIB, "Low")])
def test_a_gpu_gets_the_highest_mode_that_fits(
    gpu_bytes: int, words: str, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    dialog = opened(manager, theme, qtbot, gpu_bytes)
    assert dialog.rows[ID].fit.text().startswith(f"Fits this GPU in mode {words}:")


def test_a_download_ends_installed_and_usable(
    dialog: CheckpointDialog, store: FakeCheckpointStore, manager: CheckpointManager, qtbot: QtBot
) -> None:
    begin(dialog, qtbot)
    store.goes_on.set()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    assert "installed and verified" in dialog.messages.text
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.rows[ID].use.click()
    assert chosen.args == [ID]
    assert dialog.rows[ID].use.text() == "In use"


def test_a_checkpoint_that_hears_words_only_gets_ears(
    store: FakeCheckpointStore, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    deaf = replace(KNOWN, is_installed=True, hears_voice=False, voice_part="clap", voice_bytes=GB)
    store.entries = [SHIPPED, deaf]
    dialog = opened(manager, theme, qtbot)
    row = dialog.rows[ID]
    assert row.facts.text().endswith("hears words only")
    assert row.voice.isVisible() and "1.0 GB" in row.voice.toolTip()
    assert not dialog.rows["starter"].voice.isVisible()
    row.voice.click()
    qtbot.waitUntil(lambda: row.bar.isVisible() and row.bar.value() == 500)
    assert not row.voice.isVisible() and row.use.isVisible()
    assert row.facts.text().endswith("CC BY-NC-SA 4.0")
    store.goes_on.set()
    qtbot.waitUntil(lambda: dialog.rows[ID].entry.hears_voice)
    assert not dialog.rows[ID].voice.isVisible()
    assert "words only" not in dialog.rows[ID].facts.text()


def test_a_paused_download_keeps_what_came_and_goes_on(
    dialog: CheckpointDialog, store: FakeCheckpointStore, manager: CheckpointManager, qtbot: QtBot
) -> None:
    begin(dialog, qtbot).pause.click()
    qtbot.waitUntil(ended(manager))
    assert store.discarded == []
    store.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())


def test_a_cancelled_download_leaves_nothing(
    dialog: CheckpointDialog, store: FakeCheckpointStore, manager: CheckpointManager, qtbot: QtBot
) -> None:
    begin(dialog, qtbot).cancel.click()
    qtbot.waitUntil(ended(manager))
    assert store.discarded == [ID]
    assert dialog.rows[ID].download.isVisible()
    assert dialog.messages.text == ""


def test_a_download_goes_on_without_the_dialog(
    dialog: CheckpointDialog,
    store: FakeCheckpointStore,
    manager: CheckpointManager,
    theme: StudioTheme,
    qtbot: QtBot,
) -> None:
    begin(dialog, qtbot)
    dialog.close()
    again = opened(manager, theme, qtbot)
    assert again.rows[ID].bar.isVisible()
    store.goes_on.set()
    qtbot.waitUntil(lambda: again.rows[ID].use.isVisible())


def test_offline_mode_refuses_downloads(
    store: FakeCheckpointStore, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    store.offline = True
    dialog = opened(manager, theme, qtbot)
    assert not dialog.rows[ID].download.isEnabled()
    assert "offline mode" in dialog.disk.text()


def drop(dialog: CheckpointDialog, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    dialog.dropEvent(QDropEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, keys))


@pytest.mark.usefixtures("dressed")
def test_a_dropped_folder_is_added(dialog: CheckpointDialog, tmp_path: Path, qtbot: QtBot) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    drop(dialog, folder)
    qtbot.waitUntil(lambda: "mine" in dialog.rows)
    row = dialog.rows["mine"]
    assert row.facts.text().startswith("Your own folder")
    assert [action.text() for action in row.make_menu().actions()][1] == "Remove from the list…"


@pytest.mark.usefixtures("dressed")
def test_a_dropped_file_is_converted_and_says_what_it_held(
    dialog: CheckpointDialog, store: FakeCheckpointStore, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "audioldm.ckpt"
    path.touch()
    drop(dialog, path)
    qtbot.waitUntil(lambda: "AudioLDM of size s." in dialog.messages.text)
    assert store.used == "starter"
    qtbot.waitUntil(lambda: "audioldm.ckpt" in dialog.rows)
    row = dialog.rows["audioldm.ckpt"]
    assert row.facts.text().startswith("Made from your file")
    assert [action.text() for action in row.make_menu().actions()][1] == "Remove…"
    row.remove_clicked.emit("audioldm.ckpt")
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
    assert "file that it was made from stays" in dialog.findChild(QMessageBox).text()


def test_files_and_folders_are_chosen_by_one_button(dialog: CheckpointDialog) -> None:
    ways = dialog.add.menu().actions()
    modes = []
    for way in ways:
        way.trigger()
        chooser = dialog.findChildren(QFileDialog)[-1]
        modes.append(chooser.fileMode())
        chooser.close()
    assert modes == [QFileDialog.FileMode.Directory, QFileDialog.FileMode.ExistingFile]


@pytest.mark.usefixtures("dressed")
def test_a_dropped_file_of_another_kind_is_refused_with_advice(
    dialog: CheckpointDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "notes.txt"
    path.touch()
    drop(dialog, path)
    qtbot.waitUntil(lambda: "Give a checkpoint" in dialog.messages.text)


@pytest.mark.usefixtures("dressed")
def test_pickled_weights_ask_first(
    dialog: CheckpointDialog, store: FakeCheckpointStore, tmp_path: Path, qtbot: QtBot
) -> None:
    store.pickled = ("unet/diffusion_pytorch_model.bin",)
    drop(dialog, tmp_path)
    answer(dialog, "Convert and add", qtbot)
    qtbot.waitUntil(lambda: store.consents == [True])


def test_a_download_of_pickled_weights_asks_first(
    dialog: CheckpointDialog, store: FakeCheckpointStore, qtbot: QtBot
) -> None:
    store.pickled = ("vae/diffusion_pytorch_model.bin",)
    store.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
    assert store.pickled[0] in dialog.findChild(QMessageBox).text()
    assert dialog.rows[ID].download.isVisible() and store.consents == []
    answer(dialog, "Convert and add", qtbot)
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    assert store.consents == [True]


def test_removal_asks_first(
    dialog: CheckpointDialog, store: FakeCheckpointStore, manager: CheckpointManager, qtbot: QtBot
) -> None:
    store.goes_on.set()
    dialog.rows[ID].download.click()
    qtbot.waitUntil(lambda: dialog.rows[ID].use.isVisible())
    dialog.rows[ID].remove_clicked.emit(ID)
    answer(dialog, "Remove", qtbot)
    qtbot.waitUntil(lambda: dialog.rows[ID].download.isVisible())
    assert "1,600 MB are free again" in dialog.messages.text


@pytest.mark.parametrize(
    ("problems", "words"),
    [((), "matches the published one"), (("vae is missing",), "vae is missing")],
)
def test_checking_says_what_it_found(
    problems: tuple[str, ...],
    words: str,
    dialog: CheckpointDialog,
    store: FakeCheckpointStore,
    qtbot: QtBot,
) -> None:
    store.problems = problems
    dialog.rows["starter"].verify_clicked.emit("starter")
    qtbot.waitUntil(lambda: words in dialog.messages.text)


def test_a_damaged_own_folder_can_be_checked_and_forgotten(
    dialog: CheckpointDialog, store: FakeCheckpointStore, manager: CheckpointManager, qtbot: QtBot
) -> None:
    store.entries.append(replace(SHIPPED, id="mine", is_installed=False, is_own=True))
    manager.refresh()
    qtbot.waitUntil(lambda: "mine" in dialog.rows)
    row = dialog.rows["mine"]
    assert row.facts.text().startswith("Your own folder, missing or damaged")
    qtbot.waitUntil(row.more.isVisible)
    assert not row.use.isVisible()
    assert all(action.isEnabled() for action in row.make_menu().actions())


def test_what_ships_cannot_be_removed(dialog: CheckpointDialog) -> None:
    actions = dialog.rows["starter"].make_menu().actions()
    assert [action.isEnabled() for action in actions] == [True, False]


def test_an_upscaler_stands_below_what_makes_sounds_and_is_never_in_use(
    store: FakeCheckpointStore, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    highs = replace(KNOWN, id="highs", title="Highs", makes="highs", reach_hz=24_000.0)
    music = replace(KNOWN, id="music", makes="music")
    store.entries += [replace(highs, is_installed=True), music]
    dialog = opened(manager, theme, qtbot)
    assert [heading.text() for heading in dialog.headings] == [
        "Sound effects",
        "Music",
        "Highs for any sound",
    ]
    row = dialog.rows["highs"]
    assert row.badges[0].text() == "adds highs up to 24 kHz" and "hears" not in row.facts.text()
    assert row.use.isHidden() and not row.more.isHidden()


def test_what_is_converted_after_a_download_is_said(dialog: CheckpointDialog) -> None:
    row = dialog.rows[ID]
    row.show_state(False, False, Transfer(ID, 1_500_000_000, 3_000_000_000, 1e8, True))
    assert row.speed.text().startswith("Converting: 1,500 of 3,000 MB") and row.bar.value() == 500


@pytest.mark.parametrize(
    ("commercial", "words"),
    [
        ("yes", "sounds may be sold"),
        ("no", "not for sale"),
        ("conditional", "sale under conditions"),
    ],
)
def test_whether_sounds_may_be_sold_is_said_in_plain_words(
    theme: StudioTheme, qtbot: QtBot, commercial: str, words: str
) -> None:
    row = CheckpointRow(theme, replace(SHIPPED, commercial=commercial))
    qtbot.addWidget(row)
    badges = row.findChildren(QLabel, "badge")
    assert words in [badge.text() for badge in badges]


def test_the_time_left_follows_from_the_speed() -> None:
    assert Transfer("a", 400, 1000, 100.0).seconds_left == 6.0
    assert Transfer("a", 0, 0, 0.0).seconds_left is None


def test_the_window_uses_what_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.checkpoints.open()
    dialog.chosen.emit("big")
    assert window._services.store.settings.checkpoint == "big"
    qtbot.waitUntil(lambda: "starter" in dialog.rows)
    dialog.close()


def test_a_narrow_manager_shows_every_row_whole(
    store: FakeCheckpointStore, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    starts = Capabilities(
        frozenset({Input.VOICE}), frozenset(), VoiceRoute.START, 44_100, 2, 0.5, 30.0
    )
    store.entries = [replace(KNOWN, capabilities=starts), SHIPPED]
    dialog = opened(manager, theme, qtbot)
    row = dialog.rows[ID]
    in_one_line = row.height()
    dialog.resize(530, 600)
    QApplication.processEvents()
    assert dialog.width() == 530
    assert dialog.findChild(Column).horizontalScrollBar().maximum() == 0
    dialog.resize(dialog.minimumSizeHint().width(), 600)
    QApplication.processEvents()
    assert row.height() > in_one_line
    lowest = max(badge.geometry().bottom() for badge in row.badges)
    assert row.badges[0].parentWidget().height() > lowest


def test_what_is_made_and_how_a_voice_enters_is_said_in_groups(
    store: FakeCheckpointStore, manager: CheckpointManager, theme: StudioTheme, qtbot: QtBot
) -> None:
    makes_music = Capabilities(
        frozenset({Input.VOICE, Input.MELODY}), frozenset(), VoiceRoute.MELODY, 44_100, 2, 0.5, 30.0
    )
    music = replace(
        KNOWN, id="tunes", title="Tunes", makes="music", capabilities=makes_music, is_gated=True
    )
    store.entries = [music, SHIPPED, KNOWN]
    dialog = opened(manager, theme, qtbot)
    assert list(dialog.rows) == ["starter", ID, "tunes"]
    assert [label.text() for label in dialog.headings] == ["Sound effects", "Music"]
    assert "terms to accept first" in dialog.rows["tunes"].facts.text()
    store.entries[0] = replace(music, is_installed=True)
    manager.refresh()
    qtbot.waitUntil(lambda: dialog.rows["tunes"].entry.is_installed)
    row = dialog.rows["tunes"]
    assert "terms" not in row.facts.text()
    badges = [badge.text() for badge in row.badges]
    assert badges == ["44.1 kHz stereo", "needs 0.5 GB", "follows your melody"]
    store.entries = [SHIPPED, KNOWN]
    manager.refresh()
    qtbot.waitUntil(lambda: "tunes" not in dialog.rows)
    assert dialog.headings == []
