"""A clip of ours that comes back from outside: its recipe, or the imitation it is to be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.jobs.checkpoint_manager import CheckpointListing
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


@pytest.fixture
def clip(with_take: MainWindow, generate: Callable[[MainWindow], None], tmp_path: Path) -> Path:
    """A generated clip as somebody sends it: under another name, without the JSON beside it."""
    with_take.request.text.setText("big dog")
    generate(with_take)
    second = with_take.controller.candidates[1]
    return Path(shutil.copy(second.path, tmp_path / "sent to me.wav"))


def forget(window: MainWindow) -> None:
    window.controller.takes.use(None)
    window.request.text.clear()


def test_a_clip_of_ours_brings_back_take_words_and_seed(
    with_take: MainWindow, clip: Path, take: Path, qtbot: QtBot
) -> None:
    window = with_take
    seed = window.controller.candidates[1].seed
    forget(window)
    drop(window, clip)
    qtbot.waitUntil(lambda: window.controller.imitation is not None)
    assert window.controller.imitation.path == take
    assert window.request.text.text() == "big dog" and window.request.seed.value() == seed
    assert "Restored the recipe of sent to me.wav" in window.messages.text


def test_a_recipe_of_another_revision_says_that_the_sounds_will_differ(
    with_take: MainWindow,
    services: Services,
    generate: Callable[[MainWindow], None],
    qtbot: QtBot,
) -> None:
    window = with_take
    generate(window)
    clip = window.controller.candidates[0]
    noticed: list[str] = []
    window.controller.reopening.noticed.connect(noticed.append)
    for revision in ("1", "2"):  # the sound was made by revision 1
        entry = CheckpointEntry("scripted", "Scripted", "", "yes", True, 1, 1.0, revision=revision)
        services.checkpoint_manager.changed.emit(CheckpointListing((entry,), False, 0))
        with qtbot.waitSignal(window.controller.reopening.chosen):
            window.controller.reopening.use_recipe(clip)
    (text,) = noticed
    assert text.startswith("Revision 1 of Scripted made this sound, and revision 2 is installed")


def test_the_notice_offers_it_as_imitation_instead(
    with_take: MainWindow, clip: Path, qtbot: QtBot
) -> None:
    window = with_take
    forget(window)
    drop(window, clip)
    qtbot.waitUntil(lambda: "Restored the recipe" in window.messages.text)
    buttons = window.messages.findChildren(QPushButton)
    (button,) = [b for b in buttons if b.text() == "Use as imitation instead"]
    assert button.isVisible()
    button.click()
    qtbot.waitUntil(
        lambda: window.controller.imitation is not None and window.controller.imitation.path == clip
    )
    assert window.messages.text == "" and window.settings_actions.dialog is None


def test_without_its_take_the_words_come_back_and_what_is_missing_is_said(
    with_take: MainWindow, clip: Path, take: Path, qtbot: QtBot
) -> None:
    window = with_take
    forget(window)
    take.unlink()
    drop(window, clip)
    qtbot.waitUntil(lambda: "not on this computer" in window.messages.text)
    assert window.request.text.text() == "big dog" and window.controller.imitation is None


def test_a_foreign_file_is_an_imitation(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot, take: Path
) -> None:
    foreign = tmp_path / "foreign.flac"
    soundfile.write(foreign, *soundfile.read(take))
    drop(window, foreign)
    qtbot.waitUntil(lambda: window.controller.imitation is not None)
    assert window.controller.imitation.path == foreign and window.messages.text == ""
    drop(window, tmp_path / "nothing.wav")
    qtbot.waitUntil(lambda: "There is no file" in window.messages.text)
