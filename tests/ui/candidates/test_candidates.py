from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from qvim_studio.core.request import Start
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.candidates_view import is_found, is_made
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def compared(with_take: MainWindow, generate: Generate) -> MainWindow:
    """Four candidates, the first selected."""
    generate(with_take)
    with_take.candidates.view.setFocus()
    return with_take


@pytest.mark.usefixtures("dressed")
def test_found_sounds_stand_beside_the_made_ones(
    with_take: MainWindow, services: Services, generate: Generate, tmp_path: Path, take: Path
) -> None:
    folder = tmp_path / "my sounds"
    folder.mkdir()
    samples, rate = soundfile.read(take)
    for name in ("big_dog", "door-slam"):
        soundfile.write(folder / f"{name}.wav", samples, rate)
    services.store.change(services.store.settings.with_changes(library_folder=str(folder)))
    generate(with_take)
    shown = with_take.candidates.shown
    assert [is_found(entry) for entry in shown] == [False] * 4 + [True] * 2
    assert [(e.title, e.match and e.match.kind) for e in shown[4:]] == [
        ("big dog", 3), ("door slam", 2),
    ]  # fmt: skip
    QTest.keyClick(with_take, Qt.Key.Key_6)
    assert services.playback.playing.key == str(folder / "door-slam.wav")
    assert not with_take.candidates.view.grab().isNull()


@pytest.mark.usefixtures("dressed")
def test_fitted_sounds_are_a_third_kind_beside_made_and_found_ones(
    with_take: MainWindow, services: Services, generate: Generate
) -> None:
    with_take.request.text.setText("fitted")
    generate(with_take)
    panel = with_take.candidates
    shown = panel.shown
    assert [is_made(entry) for entry in shown] == [True] * 4 + [False] * 2
    assert [entry.is_fitted for entry in shown] == [False] * 4 + [True] * 2
    assert not any(is_found(entry) for entry in shown)
    assert {entry.licence for entry in shown[4:]} == {"CC-BY-4.0"}
    first = panel.model.index(4)
    tip = panel.model.data(first, Qt.ItemDataRole.ToolTipRole)
    assert "A real sound that follows your voice" in tip and "CC-BY-4.0" in tip
    assert "fitted" in panel.model.data(first, Qt.ItemDataRole.AccessibleTextRole)
    QTest.keyClick(with_take, Qt.Key.Key_5)
    assert services.playback.playing.key == str(shown[4].path)
    panel.view.setFocus()
    panel.view.select_index(first)
    QTest.keyClick(with_take, Qt.Key.Key_S)
    assert panel.shown[4].is_starred
    assert not panel.view.grab().isNull()
    QTest.keyClick(with_take, Qt.Key.Key_B)
    assert {entry.path for entry in panel.shown} == {entry.path for entry in shown[:4]}


@pytest.mark.usefixtures("dressed")
def test_the_sound_is_seen_forming_until_the_job_ends(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    panel = with_take.candidates
    assert panel.forming.isHidden()
    with_take.request.text.setText("wait")
    with_take.request.generate_button.click()
    qtbot.waitUntil(panel.forming.isVisible)
    assert panel.view.isHidden()
    # The empty card's lightness is 39; the picture may be there before one has looked.
    qtbot.waitUntil(lambda: panel.forming.grab().toImage().pixelColor(20, 20).lightness() > 59)
    with qtbot.waitSignal(services.queue.ended):
        QTest.keyClick(with_take, Qt.Key.Key_Escape)
    assert panel.forming.isHidden()
    assert panel.view.isVisible()


def shown_tip(view: ClipListView) -> str:
    """The tooltip of the first row; "none" if the row shows no other."""
    QToolTip.showText(QPoint(), "none")
    at = view.visualRect(view.model().index(0, 0)).center()
    view.viewportEvent(QHelpEvent(QEvent.Type.ToolTip, at, view.mapToGlobal(at)))
    return QToolTip.text()


@pytest.mark.qt_log_ignore("does not support", extend=True)  # offscreen
def test_blind_hides_order_similarity_and_names_until_it_ends(compared: MainWindow) -> None:
    panel = compared.candidates
    true_order = panel.shown
    assert "Kind" in shown_tip(panel.view)
    QTest.keyClick(compared, Qt.Key.Key_B)
    assert {e.path for e in panel.shown} == {e.path for e in true_order}
    assert [e.match for e in panel.shown] == [None] * 4
    assert shown_tip(panel.view) == "none"
    orders = set()
    for _ in range(40):
        panel.blind.click()
        panel.blind.click()
        orders.add(tuple(e.path for e in panel.shown))
    assert len(orders) > 1
    QTest.keyClick(compared, Qt.Key.Key_B)
    assert panel.shown == true_order


def test_the_one_that_was_liked_blind_is_known_afterwards(compared: MainWindow) -> None:
    panel = compared.candidates
    QTest.keyClick(compared, Qt.Key.Key_B)
    assert not panel.view.selected_entries()
    QTest.keyClick(compared, Qt.Key.Key_3)
    liked = panel.shown[2].path
    QTest.keyClick(compared, Qt.Key.Key_B)
    assert [entry.path for entry in panel.view.selected_entries()] == [liked]


@pytest.mark.usefixtures("dressed")
def test_the_history_does_not_tell_what_is_heard_blind(compared: MainWindow) -> None:
    view = compared.history.view
    QTest.keyClick(compared, Qt.Key.Key_B)
    quiet = view.grab().toImage()
    QTest.keyClick(compared, Qt.Key.Key_1)
    assert compared._services.playback.playing.key
    assert view.grab().toImage() == quiet
    QTest.keyClick(compared, Qt.Key.Key_B)
    assert view.grab().toImage() != quiet


def test_several_starred_candidates_stay_selected(compared: MainWindow, qtbot: QtBot) -> None:
    view = compared.candidates.view
    view.selectAll()
    with qtbot.waitSignal(compared.controller.history.updated):
        QTest.keyClick(view, Qt.Key.Key_S)
    assert len(view.selected_entries()) == 4


def test_ears_that_are_unsure_about_every_made_sound_ask_for_a_word(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    generate(with_take)
    assert not with_take.candidates.hint.isVisible()
    with_take.request.text.setText("far off")
    generate(with_take)
    assert with_take.candidates.hint.isVisible()
    with_take.candidates.hint.click()
    assert with_take.focusWidget() is with_take.request.text


def test_a_star_by_key_is_kept_and_undone(compared: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(compared.controller.history.updated):
        QTest.keyClick(compared.candidates.view, Qt.Key.Key_S)
    assert [e.is_starred for e in compared.candidates.shown] == [True, False, False, False]
    assert compared.candidates.view.selected_entries() == [compared.candidates.shown[0]]
    undo, redo = (compared.keys.actions[name] for name in ("undo", "redo"))
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("Undo star", True, False)
    QTest.keySequence(compared, "Ctrl+Z")
    assert not compared.candidates.shown[0].is_starred
    assert (redo.text(), undo.isEnabled(), redo.isEnabled()) == ("Redo star", False, True)


def test_the_candidate_that_was_played_by_key_is_the_one_that_is_starred(
    compared: MainWindow, qtbot: QtBot
) -> None:
    compared.rest()
    assert not compared.candidates.view.hasFocus()
    QTest.keyClick(compared, Qt.Key.Key_3)
    with qtbot.waitSignal(compared.controller.history.updated):
        QTest.keyClick(compared, Qt.Key.Key_S)
    assert [e.is_starred for e in compared.candidates.shown] == [False, False, True, False]


def test_rename_and_tag_lead_to_the_details_of_the_clip(compared: MainWindow) -> None:
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_F2)
    assert compared.focusWidget() is compared.history.details.name
    selected = compared.history.view.selected_entries()
    assert [e.id for e in selected] == [compared.candidates.shown[0].id]
    compared.candidates.view.setFocus()
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_T)
    assert compared.history.details.isAncestorOf(compared.focusWidget())


def test_rename_finds_the_clip_wherever_the_library_is_looked_at(compared: MainWindow) -> None:
    library = compared.library
    library.history.search.setText("what no clip is called")
    library.show_sounds()
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_F2)
    assert library.history.details.name.hasFocus()
    assert library.history.search.text() == ""
    assert library.history.view.selected_entries() == compared.candidates.view.selected_entries()


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_moves_a_candidate_to_the_trash_and_undo_brings_back_just_that(
    compared: MainWindow, services: Services, key: Qt.Key
) -> None:
    panel, view = compared.candidates, compared.candidates.view
    before = panel.shown
    QTest.keyClick(view, Qt.Key.Key_S)
    QTest.keyClick(compared, Qt.Key.Key_2)
    QTest.keyClick(view, key)
    assert [e.path for e in panel.shown] == [e.path for e in before if e.id != before[1].id]
    assert [e.id for e in services.library.sounds.trashed()] == [before[1].id]
    assert before[1].id not in {e.id for e in compared.history.model.entries}
    assert not services.playback.playing.key
    assert [e.id for e in view.selected_entries()] == [before[2].id]
    assert "to the trash" in compared.messages.text
    QTest.keySequence(compared, "Ctrl+Z")
    assert [e.path for e in panel.shown] == [e.path for e in before]
    assert panel.shown[0].is_starred
    for lists in (view, compared.history.view):
        assert [e.id for e in lists.selected_entries()] == [before[1].id]
    assert compared.messages.text == "Undone: delete “dog bark”."


def test_the_last_candidate_leaves_nothing_to_look_at(compared: MainWindow) -> None:
    compared.candidates.view.selectAll()
    QTest.keyClick(compared.candidates.view, Qt.Key.Key_Delete)
    assert compared.candidates.shown == ()
    assert compared.controller.viewer.entry is None
    QTest.keySequence(compared, "Ctrl+Z")
    assert len(compared.candidates.shown) == 4


def test_a_candidate_that_the_history_deletes_is_gone_from_both(compared: MainWindow) -> None:
    compared.history.view.setFocus()
    compared.history.view.clearSelection()
    compared.history.view.select_ids({2})
    QTest.keyClick(compared.history.view, Qt.Key.Key_Delete)
    assert [e.id for e in compared.candidates.shown] == [1, 3, 4]


def test_delete_in_the_library_never_means_a_candidate(compared: MainWindow) -> None:
    compared.history.view.setFocus()
    compared.history.view.clearSelection()
    QTest.keyClick(compared.history.view, Qt.Key.Key_Delete)
    assert len(compared.candidates.shown) == 4


def test_a_found_sound_only_leaves_the_list(
    with_take: MainWindow, services: Services, generate: Generate, tmp_path: Path, take: Path
) -> None:
    folder = tmp_path / "my sounds"
    folder.mkdir()
    (folder / "dog.wav").write_bytes(take.read_bytes())
    services.store.change(services.store.settings.with_changes(library_folder=str(folder)))
    generate(with_take)
    panel = with_take.candidates
    QTest.keyClick(with_take, Qt.Key.Key_5)
    QTest.keyClick(with_take, Qt.Key.Key_Delete)
    assert len(panel.shown) == 4 and not any(is_found(entry) for entry in panel.shown)
    assert (folder / "dog.wav").is_file()
    assert "its file stays" in with_take.messages.text
    QTest.keySequence(with_take, "Ctrl+Z")
    assert is_found(panel.shown[4])
    assert with_take.messages.text == "Undone: delete “dog”."


def test_more_like_this_starts_from_the_candidate(
    compared: MainWindow, services: Services, qtbot: QtBot
) -> None:
    entry = compared.candidates.shown[0]
    with qtbot.waitSignal(services.queue.finished) as finished:
        QTest.keyClick(compared, Qt.Key.Key_J)
    request = finished.args[0].job.request
    assert request.start is Start.IMITATION
    assert request.strength == 0.5
    assert request.imitation.duration_s == pytest.approx(entry.duration_s)


def test_the_menu_offers_what_fits(compared: MainWindow) -> None:
    menu = compared.candidates.view.make_menu()
    texts = [action.text().replace("\t", " ") for action in menu.actions() if action.text()]
    uses = ["Start from this sound F", "Sound like this Y", "Make more like this one J"]
    more = [*uses, "Continue this sound Shift+I", "Upscale to 48 kHz Shift+H"]
    more += ["Move to the trash Del"]
    assert texts[-9:] == ["Star S", "Rename F2", "Tag T", *more]


def test_what_is_worth_knowing_of_a_result_is_readable(window: MainWindow) -> None:
    panel = window.candidates
    panel.show_result((), "made in 2.0 s\nThe imitation is longer than the part. Cut.")
    assert panel.notes.isVisible() and panel.notes.wordWrap()
    assert panel.notes.text() == "The imitation is longer than the part. Cut."
    panel.show_result((), "made in 2.0 s")
    assert not panel.notes.isVisible()
