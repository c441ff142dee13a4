from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.library.folders import FolderKind, LibraryFolder
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


def type_keys(text: str) -> None:
    """Into whatever has the focus, as a keyboard does."""
    for letter in text:
        QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), letter)


def press(key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key)


@pytest.fixture
def compared(with_take: MainWindow, generate: Generate, qtbot: QtBot) -> MainWindow:
    """Four candidates, which the history shows as well."""
    with_take.activateWindow()
    qtbot.waitUntil(with_take.isActiveWindow)
    generate(with_take)
    return with_take


def list_of(window: MainWindow, name: str) -> QWidget:
    return window.candidates.view if name == "candidates" else window.history.view


@pytest.mark.parametrize("name", ["candidates", "history"])
@pytest.mark.parametrize(("key", "typed"), [(Qt.Key.Key_F2, "Pferd"), (Qt.Key.Key_T, "yard")])
def test_keys_belong_to_the_list_again_after_a_name_or_tag(
    compared: MainWindow, services: Services, name: str, key: Qt.Key, typed: str
) -> None:
    view = list_of(compared, name)
    view.setFocus()
    compared.history.view.select_ids({1})
    press(key)
    type_keys(typed)
    press(Qt.Key.Key_Return)
    assert compared.focusWidget() is view
    type_keys("b1xb")
    (clip,) = services.library.sounds.entries_of([1])
    assert typed in (clip.title, *clip.tags)
    assert services.playback.playing.key


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_T])
def test_escape_brings_the_former_name_and_the_list_back(
    compared: MainWindow, services: Services, key: Qt.Key
) -> None:
    compared.candidates.view.setFocus()
    press(key)
    type_keys("never mind")
    press(Qt.Key.Key_Escape)
    assert compared.focusWidget() is compared.candidates.view
    press(Qt.Key.Key_Escape)
    (clip,) = services.library.sounds.entries_of([1])
    assert (clip.title, clip.tags) == ("dog bark", ())
    details = compared.history.details
    assert (details.name.text(), details.tags.text()) == ("dog bark", "")


def test_what_is_typed_is_kept_where_the_field_is_left_with_the_mouse(
    compared: MainWindow, services: Services
) -> None:
    compared.candidates.view.setFocus()
    press(Qt.Key.Key_F2)
    type_keys("Rex")
    compared.history.search.setFocus()
    (clip,) = services.library.sounds.entries_of([1])
    assert clip.title == "Rex"


@pytest.mark.parametrize("page", ["history", "sounds"])
def test_escape_clears_the_search_and_then_leaves_it(
    compared: MainWindow, page: str, tmp_path: Path
) -> None:
    panel = getattr(compared.library, page)
    if page == "sounds":
        compared.library.show_sounds()
        panel.show_folders([LibraryFolder(9, FolderKind.SOUNDS, tmp_path, 3)])
    panel.search.setFocus()
    type_keys("xyz")
    press(Qt.Key.Key_Escape)
    assert panel.search.text() == "" and panel.search.hasFocus()
    press(Qt.Key.Key_Escape)
    assert panel.view.hasFocus()


def test_return_in_the_search_leads_to_what_was_found(compared: MainWindow) -> None:
    compared.history.search.setFocus()
    type_keys("dog")
    press(Qt.Key.Key_Return)
    assert compared.history.view.hasFocus()
    assert len(compared.history.model.entries) == 4


@pytest.mark.parametrize("field", ["duration", "variations", "seed", "steps", "guidance"])
def test_letters_in_a_number_field_are_shortcuts(
    compared: MainWindow, services: Services, field: str
) -> None:
    compared.request.more.setChecked(True)
    box = getattr(compared.request, field, None) or getattr(compared.request.details, field)
    box.setFocus()
    type_keys("s")
    assert compared.candidates.shown[0].is_starred
    type_keys("b")
    assert compared.candidates.blind.isChecked()
    press(Qt.Key.Key_Space)
    assert services.playback.playing.key


def test_a_number_is_typed_kept_and_left(compared: MainWindow, services: Services) -> None:
    box = compared.request.variations
    box.setFocus()
    box.selectAll()
    type_keys("7")
    press(Qt.Key.Key_Return)
    assert box.value() == 7 and not box.hasFocus()
    type_keys("2")
    assert box.value() == 7
    assert services.playback.playing.key == str(compared.candidates.shown[1].path)


def test_escape_brings_the_former_number_back(compared: MainWindow) -> None:
    box = compared.request.duration
    box.setValue(2.5)
    box.setFocus()
    box.selectAll()
    type_keys("9.5")
    press(Qt.Key.Key_Escape)
    assert box.value() == 2.5 and not box.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_what_it_shall_not_be_is_typed_in_passing(compared: MainWindow, key: Qt.Key) -> None:
    compared.request.more.setChecked(True)
    field = compared.request.details.negative
    field.setFocus()
    type_keys("speech")
    press(key)
    assert field.text() == ("speech" if key == Qt.Key.Key_Return else "")
    assert not field.hasFocus()


def test_escape_stops_what_goes_on_and_leaves_the_words(
    compared: MainWindow, services: Services
) -> None:
    type_keys("1")
    assert services.playback.playing.key
    compared.request.text.setFocus()
    press(Qt.Key.Key_Escape)
    assert not services.playback.playing.key
    type_keys("b")
    assert compared.request.text.text() == ""
    assert compared.candidates.blind.isChecked()
