from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.services import Services
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def compared(with_take: MainWindow, generate: Generate) -> MainWindow:
    """Two requests: four candidates, and four older clips that only the history shows."""
    generate(with_take)
    with_take.request.text.setText("horse")
    generate(with_take)
    return with_take


def in_hand(window: MainWindow) -> tuple[list[int], list[int], str, int]:
    """Ids selected among candidates and history, the name in the details, the id looked at."""
    viewed = window.controller.viewer.entry
    return (
        [entry.id for entry in window.candidates.view.selected_entries()],
        [entry.id for entry in window.history.view.selected_entries()],
        window.history.details.name.text(),
        0 if viewed is None else viewed.id,
    )


def clip(window: MainWindow, sound_id: int) -> ClipEntry:
    entry = window.history.model.entry(sound_id)
    assert entry is not None
    return entry


def test_details_and_lists_follow_what_plays(compared: MainWindow) -> None:
    names = {1: "dog bark", 5: "horse", 6: "horse"}
    for sound_id, candidates in ((6, [6]), (1, []), (5, [5])):
        compared.controller.toggle_clip(clip(compared, sound_id))
        assert in_hand(compared) == (candidates, [sound_id], names[sound_id], sound_id)
    QTest.keyClick(compared, Qt.Key.Key_3)
    assert in_hand(compared) == ([7], [7], "horse", 7)
    QTest.keyClick(compared, Qt.Key.Key_X)
    assert in_hand(compared) == ([5], [5], "horse", 5)


def test_a_candidate_that_the_arrow_keys_reach_is_the_one_that_the_details_tell(
    compared: MainWindow,
) -> None:
    compared.candidates.view.setFocus()
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_Right)
    assert in_hand(compared) == ([6], [6], "horse", 6)


def test_a_clip_that_the_arrow_keys_reach_in_the_history_is_looked_at(
    compared: MainWindow, qtbot: QtBot
) -> None:
    view = compared.history.view
    compared.controller.toggle_clip(clip(compared, 8))
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert in_hand(compared)[:3] == ([], [1], "dog bark")
    qtbot.waitUntil(lambda: in_hand(compared)[3] == 1)


def test_details_tell_what_plays_where_a_filter_hides_it(
    compared: MainWindow, services: Services
) -> None:
    compared.history.search.setText("dog")
    QTest.keyClick(compared, Qt.Key.Key_2)
    assert in_hand(compared) == ([6], [], "horse", 6)
    assert compared.history.details.isVisible()
    compared.controller.history.rename(clip(compared, 6), "mare")
    assert compared.history.details.name.text() == "mare"


def test_more_like_this_means_the_clip_in_hand(
    compared: MainWindow, services: Services, qtbot: QtBot
) -> None:
    compared.controller.toggle_clip(clip(compared, 2))
    with qtbot.waitSignal(services.queue.finished) as finished:
        QTest.keyClick(compared, Qt.Key.Key_J)
    assert finished.args[0].job.stem == "dog bark"


def test_what_is_marked_together_stays_marked_while_one_of_it_plays(compared: MainWindow) -> None:
    view = compared.history.view
    view.clearSelection()
    view.select_ids({1, 2})
    compared.controller.toggle_clip(clip(compared, 2))
    assert in_hand(compared)[1] == [1, 2]


def test_blind_nothing_tells_which_candidate_plays(compared: MainWindow) -> None:
    QTest.keyClick(compared, Qt.Key.Key_B)
    QTest.keyClick(compared, Qt.Key.Key_2)
    assert in_hand(compared)[1] == [] and in_hand(compared)[3] == 0
    assert not compared.history.details.isVisible()
    assert not compared.imitation.result.isVisible()
    QTest.keyClick(compared, Qt.Key.Key_B)
    (playing,) = compared.candidates.view.selected_entries()
    assert in_hand(compared) == ([playing.id], [playing.id], "horse", playing.id)
