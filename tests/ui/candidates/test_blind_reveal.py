from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.blind_reveal import BlindResult
from qvim_studio.ui.candidates.candidates_view import is_found
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def blind(
    with_take: MainWindow, services: Services, generate: Generate, tmp_path: Path, take: Path
) -> MainWindow:
    """Four made sounds and a found one, compared blind."""
    folder = tmp_path / "my sounds"
    folder.mkdir()
    (folder / "dog.wav").write_bytes(take.read_bytes())
    services.store.change(services.store.settings.with_changes(library_folder=str(folder)))
    generate(with_take)
    QTest.keyClick(with_take, Qt.Key.Key_B)
    return with_take


def picture(window: MainWindow, number: int) -> QImage:
    view = window.candidates.view
    return view.grab(view.visualRect(window.candidates.model.index(number))).toImage()


def without_number(image: QImage) -> QImage:
    return image.copy(48, 0, image.width() - 48, image.height())


@pytest.mark.usefixtures("dressed")
def test_rows_differ_in_nothing_but_their_numbers(blind: MainWindow) -> None:
    panel = blind.candidates
    assert len(panel.shown) == 4 and not any(is_found(entry) for entry in panel.shown)
    panel.view.clearSelection()
    rows = [without_number(picture(blind, number)) for number in range(4)]
    assert all(row == rows[0] for row in rows)
    shown = [panel.model.index(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(4)]
    assert shown == ["Candidate 1", "Candidate 2", "Candidate 3", "Candidate 4"]
    tip = QHelpEvent(QEvent.Type.ToolTip, QPoint(40, 20), QPoint(40, 20))
    assert panel.view.viewportEvent(tip)


@pytest.mark.usefixtures("dressed")
def test_while_one_plays_its_length_is_not_seen(blind: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(blind, Qt.Key.Key_1)
    playing = blind._services.playback.playing
    before = picture(blind, 0)
    blind.candidates.show_playing(type(playing)(playing.key, 0.4))
    assert picture(blind, 0) == before


def test_no_file_leaves_a_blind_list(blind: MainWindow) -> None:
    panel = blind.candidates
    QTest.keyClick(blind, Qt.Key.Key_1)
    assert not panel.view.dragEnabled()
    panel.view.setFocus()
    QTest.keySequence(panel.view, "Ctrl+C")
    data = QGuiApplication.clipboard().mimeData()
    assert data is None or not data.urls()
    texts = [action.text().split("\t")[0] for action in panel.view.make_menu().actions()]
    assert [text for text in texts if text] == [
        "Play or stop the sound",
        "Rank it next, or clear its rank",
    ]


def test_what_would_tell_is_refused_with_the_reason(blind: MainWindow) -> None:
    QTest.keyClick(blind, Qt.Key.Key_2)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_T, Qt.Key.Key_Delete):
        blind.messages.hide()
        QTest.keyClick(blind, key)
        assert blind.messages.isVisible(), key
        assert "would reveal which sound" in blind.messages.text
        assert len(blind.candidates.shown) == 4
        assert not blind.history.details.isVisible()


def choose(window: MainWindow, *numbers: int) -> list[int]:
    """By keys; the ids of what was chosen."""
    shown = window.candidates.shown
    for number in numbers:
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number))
        QTest.keyClick(window, Qt.Key.Key_S)
    return [shown[number - 1].id for number in numbers]


def test_the_result_tells_what_each_choice_was(
    blind: MainWindow, services: Services, qtbot: QtBot
) -> None:
    best, second = choose(blind, 3, 1)
    assert "rank 3" in blind.candidates._note.text()
    assert not any(e.is_starred for e in services.library.sounds.entries_of([best, second]))
    QTest.keyClick(blind, Qt.Key.Key_B)
    dialog = blind.findChild(BlindResult)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert texts[1:3] == ["1", texts[2]] and texts[3] == "2"
    for text, sound_id in ((texts[2], best), (texts[4], second)):
        assert text.startswith(f"Candidate {sound_id}  ·  kind {6 - sound_id} of 5, movement")
        assert f"from bark 0{sound_id}" in text
    assert texts[5] == texts[7] == "–"
    dialog.star.click()
    dialog.notes.click()
    first, other = services.library.sounds.entries_of([best, second])
    assert (first.is_starred, other.is_starred) == (True, False)
    assert (first.note, other.note) == ("Blind: rank 1 of 4", "Blind: rank 2 of 4")
    dialog.accept()
    for _ in range(2):
        QTest.keySequence(blind, "Ctrl+Z")
    first, other = services.library.sounds.entries_of([best, second])
    assert (first.is_starred, first.note, other.note) == (False, "", "")


def test_where_nothing_was_chosen_no_result_is_in_the_way(blind: MainWindow) -> None:
    QTest.keyClick(blind, Qt.Key.Key_B)
    assert blind.findChild(BlindResult) is None
    assert len(blind.candidates.shown) == 5


def test_new_sounds_are_compared_blind_as_well(blind: MainWindow, generate: Generate) -> None:
    choose(blind, 1)
    generate(blind)
    assert "rank 1" in blind.candidates._note.text()
    assert {entry.id for entry in blind.candidates.shown} == {5, 6, 7, 8}
