from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from library_fixtures import add_clips
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")


@pytest.fixture
def clips(window: MainWindow, services: Services, qtbot: QtBot) -> list[int]:
    """Two clips, shown."""
    ids = add_clips(services.library, services.paths.output_folder)
    with qtbot.waitSignal(window.controller.history.loaded):
        window.controller.load_history()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    return ids


def trigger(window: MainWindow, words: str) -> None:
    menu = window.library.make_menu()
    next(action for action in menu.actions() if words in action.text()).trigger()
    menu.close()


def shown(window: MainWindow) -> list[int]:
    return sorted(entry.id for entry in window.history.model.entries)


def test_both_pages_say_how_much_there_is(window: MainWindow, clips: list[int]) -> None:
    history, sounds = (window.library._tabs.button(number) for number in (0, 1))
    assert (history.text(), sounds.text()) == ("History  2", "My sounds")
    sounds.click()
    assert window.library._pages.currentWidget() is window.library.sounds
    window.library.show_history()
    assert window.library._pages.currentWidget() is window.history


def test_duplicates_are_shown_and_left_again(
    window: MainWindow, services: Services, clips: list[int], qtbot: QtBot
) -> None:
    first = services.library.sounds.path_of(clips[0])
    for suffix in (".wav", ".json"):
        copy = first.with_name(f"copy{suffix}")
        shutil.copy(first.with_suffix(suffix), copy)
    window.controller.load_history()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    trigger(window, "duplicates")
    assert window.library._tabs.button(0).text() == "History"
    assert {entry.path.name for entry in window.history.model.entries} == {"copy.wav", first.name}
    with qtbot.waitSignal(window.controller.history.loaded):
        window.history._back.click()
    assert len(shown(window)) == 3
    qtbot.waitUntil(lambda: window.library._tabs.button(0).text() == "History  3")


def test_a_new_library_offers_nothing_that_it_has_not(window: MainWindow) -> None:
    menu = window.library.make_menu()
    offered = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    assert not any(text.startswith("Find the lost folder") for text in offered)
    assert offered["Empty the trash…"] is False


def test_the_trash_is_emptied_only_after_a_question(
    window: MainWindow, services: Services, clips: list[int], qtbot: QtBot
) -> None:
    gone = services.library.sounds.path_of(clips[0])
    window.controller.history.trash(services.library.sounds.entries_of(clips[:1]))
    trigger(window, "Empty the trash")
    (box,) = window.library.findChildren(QMessageBox)
    assert box.defaultButton() is box.button(QMessageBox.StandardButton.Cancel)
    assert "one sound" in box.text()
    assert gone.is_file()
    next(button for button in box.buttons() if button.text() == "Delete").click()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    assert not gone.exists()
    assert shown(window) == clips[1:]
    assert not window.controller.history.undo_stack.canUndo()


def test_a_folder_that_was_moved_is_found_again(
    window: MainWindow, services: Services, clips: list[int], tmp_path: Path, qtbot: QtBot
) -> None:
    lost = services.paths.output_folder
    lost.rename(tmp_path / "moved")
    trigger(window, "Find the lost folder")
    (dialog,) = window.library.findChildren(QFileDialog)
    with qtbot.waitSignal(window.controller.history.noticed):
        dialog.fileSelected.emit(str(tmp_path / "moved"))
    dialog.reject()
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    assert shown(window) == clips
    paths = {entry.path.parent for entry in window.history.model.entries}
    assert paths == {tmp_path / "moved"}
