from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from qvim_studio.library.folders import FolderKind
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


def dragged(*places: Path | str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) if isinstance(p, Path) else QUrl(p) for p in places])
    return data


def drop(window: MainWindow, data: QMimeData) -> None:
    copy, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    no_key = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), copy, data, button, no_key)
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, data, button, no_key))


@pytest.fixture
def takes(tmp_path: Path, take: Path) -> list[Path]:
    """Three sounds."""
    samples, rate = soundfile.read(take)
    paths = [tmp_path / f"{name}.flac" for name in ("boom", "tss", "ka")]
    for path in paths:
        soundfile.write(path, samples, rate)
    return paths


def test_several_dropped_sounds_are_takes(
    with_take: MainWindow, takes: list[Path], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(with_take.controller.imitation_changed):
        drop(with_take, dragged(*takes))
    assert with_take.controller.imitation.path == takes[0]
    assert with_take.imitation.take_head.count.text() == "2/4"
    assert with_take.messages.text.startswith("3 sounds were added as takes")
    for path in takes[1:]:
        with qtbot.waitSignal(with_take.controller.imitation_changed):
            QTest.keyClick(with_take, Qt.Key.Key_PageDown)
        assert with_take.controller.imitation.path == path


def test_what_is_no_sound_is_named(
    window: MainWindow, takes: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    notes = [tmp_path / "notes.txt", tmp_path / "cover.png"]
    for path in notes:
        path.write_text("no sound")
    with qtbot.waitSignal(window.controller.imitation_changed):
        drop(window, dragged(notes[0], takes[0], notes[1]))
    assert "One sound was added as a take." in window.messages.text
    assert "notes.txt and 1 more are not sound files" in window.messages.text


def test_a_dropped_folder_is_offered_to_the_library(
    window: MainWindow, services: Services, takes: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "Foley"
    folder.mkdir()
    drop(window, dragged(folder))
    assert window.controller.imitation is None
    assert window.messages.text.startswith("Foley is a folder.")
    with qtbot.waitSignal(window.controller.sounds.folders_changed):
        window.messages._action.click()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    kept = [f.path for f in services.library.folders.all() if f.kind is FolderKind.SOUNDS]
    assert kept == [folder]


def test_what_lies_on_another_computer_is_refused_with_the_reason(window: MainWindow) -> None:
    drop(window, dragged("https://example.org/dog.wav"))
    assert "Only files on this computer" in window.messages.text


@pytest.mark.parametrize("count", [1, 3])
def test_chosen_files_are_opened(
    window: MainWindow, takes: list[Path], count: int, qtbot: QtBot
) -> None:
    window.imitation.bar.open_button.click()
    dialog = window.findChild(QFileDialog)
    for suffix in ("caf", "m4a", "mov", "mp4", "opus", "webm"):
        assert f"*.{suffix}" in dialog.nameFilters()[0]
    with qtbot.waitSignal(window.controller.imitation_changed):
        dialog.filesSelected.emit([str(path) for path in takes[:count]])
    assert window.imitation.take_head.count.text() == f"1/{count}"
    dialog.reject()


def test_several_copied_files_are_pasted(
    window: MainWindow, takes: list[Path], qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setMimeData(dragged(*takes))
    with qtbot.waitSignal(window.controller.imitation_changed):
        QTest.keySequence(window, "Ctrl+V")
    assert window.imitation.take_head.count.text() == "1/3"
