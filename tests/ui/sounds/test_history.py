from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from library_fixtures import add_clips
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import OutputError
from qvim_studio.core.match import Match
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.folders import FolderKind
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.services import Services
from qvim_studio.ui.sounds.clip_list_model import Section
from qvim_studio.ui.sounds.history_model import HistoryFilter, HistoryModel, Order
from qvim_studio.ui.sounds.history_panel import HistoryPanel
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

NOW = time.time()


def match(likelihood: float) -> Match:
    return Match(3, 0.5, likelihood)


def entry(number: int, group: int = 0, **changes: object) -> ClipEntry:
    made = ClipEntry(
        Path(f"/out/{number}.wav"), str(group), f"sound {group}", NOW - group, 2.0, match(0.9),
        number, "Starter", "Apache-2.0", np.ones((64, 2), np.float32), f"sound {group}", number,
        "yes",
    )  # fmt: skip
    return replace(made, **changes)


def shown(model: HistoryModel) -> list[int | str]:
    """Ids of the clips, titles of the sections."""
    rows = (model.row(model.index(n)) for n in range(model.rowCount()))
    return [row.title if isinstance(row, Section) else row.id for row in rows]


def test_requests_come_newest_first_with_the_best_on_top() -> None:
    model = HistoryModel()
    model.set_all([entry(1, 5), entry(2, 0, match=match(0.1)), entry(3, 0), entry(4, 2)])
    assert shown(model) == ["sound 0", 3, 2, "sound 2", 4, "sound 5", 1]
    assert model.row(model.index(0)).count == 2
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable


def test_filters_narrow_and_combine() -> None:
    model = HistoryModel()
    model.set_all(
        [
            entry(1, is_starred=True),
            entry(2, is_starred=True, checkpoint_title="Big"),
            entry(3, checkpoint_title="Big", licence="CC-BY"),
        ]
    )
    assert model.values() == (["Big", "Starter"], ["Apache-2.0", "CC-BY"])
    for shown_filter, ids in (
        (HistoryFilter(starred_only=True), [1, 2]),
        (HistoryFilter(checkpoint="Big"), [2, 3]),
        (HistoryFilter(licence="CC-BY"), [3]),
        (HistoryFilter(found=frozenset({1, 3})), [1, 3]),
        (HistoryFilter(found=frozenset({1, 3}), starred_only=True), [1]),
        (HistoryFilter(found=frozenset()), []),
    ):
        model.show(shown_filter)
        assert [e.id for e in model.entries] == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (Order.OLDEST, [3, 2, 1]),
        (Order.BEST, [2, 1, 3]),
        (Order.RATING, [3, 1, 2]),
        (Order.LONGEST, [1, 2, 3]),
        (Order.NAME, [2, 3, 1]),
    ],
)
def test_clips_are_put_in_order(order: Order, ids: list[int]) -> None:
    model = HistoryModel()
    model.set_all(
        [
            entry(1, 0, title="zoo", match=match(0.5), duration_s=9.0),
            entry(2, 1, title="Ape", match=match(0.9), duration_s=5.0),
            entry(3, 2, title="bee", match=None, duration_s=1.0, rating=4),
        ]
    )
    model.show(HistoryFilter(order=order))
    assert [e.id for e in model.entries] == ids


def test_a_changed_clip_stays_under_the_hand() -> None:
    model = HistoryModel()
    model.set_all([entry(1, is_starred=True), entry(2, is_starred=True)])
    model.show(HistoryFilter(starred_only=True))
    model.update([entry(1, is_starred=False)])
    assert [e.is_starred for e in model.entries] == [False, True]
    model.show(HistoryFilter(starred_only=True))
    assert [e.id for e in model.entries] == [2]


def test_ten_thousand_clips_are_filtered_at_once(theme: StudioTheme) -> None:
    model = HistoryModel()
    model.set_all([entry(n, n // 4) for n in range(10_000)])
    began = time.process_time()
    model.show(HistoryFilter(found=frozenset(range(0, 10_000, 2))))
    assert time.process_time() - began < 0.05
    assert len(model.entries) == 5_000


@pytest.fixture
def panel(services: Services, theme: StudioTheme, tmp_path: Path, qtbot: QtBot) -> HistoryPanel:
    """Two requests: a door (two clips) and a newer dog (two clips)."""
    for text in ("door", "dog"):
        add_clips(services.library, tmp_path / "QVIM Studio", text)
    panel = HistoryPanel(theme, HistoryController(services))
    qtbot.addWidget(panel)
    panel.resize(320, 720)
    panel.show()
    with qtbot.waitSignal(panel._controller.loaded):
        panel._controller.load(services.paths.output_folder)
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    return panel


def titles(panel: HistoryPanel) -> list[str]:
    return [e.title for e in panel.model.entries]


def select(panel: HistoryPanel, *ids: int) -> list[ClipEntry]:
    panel.view.clearSelection()
    panel.view.select_ids(set(ids))
    return panel.view.selected_entries()


def press(panel: HistoryPanel, key: Qt.Key) -> None:
    QTest.keyClick(panel.view, key)


def test_typing_narrows_the_list_with_every_letter(panel: HistoryPanel) -> None:
    counts: list[str] = []
    panel.count_changed.connect(counts.append)
    for letter in "dog":
        QTest.keyClicks(panel.search, letter)
    assert titles(panel) == ["dog", "dog"]
    assert counts == ["4", "4", "2 / 4"]
    panel.search.clear()
    assert sorted(titles(panel)) == ["dog", "dog", "door", "door"]


def test_a_star_is_set_by_key_and_undone(panel: HistoryPanel) -> None:
    select(panel, 1, 3)
    press(panel, Qt.Key.Key_S)
    assert {e.id for e in panel.model.entries if e.is_starred} == {1, 3}
    panel.starred.setChecked(True)
    assert {e.id for e in panel.model.entries} == {1, 3}
    panel._controller.undo_stack.undo()
    panel.starred.setChecked(False)
    assert not any(e.is_starred for e in panel.model.entries)


@pytest.mark.usefixtures("dressed")
def test_a_click_on_the_star_stars_and_plays_nothing(panel: HistoryPanel, qtbot: QtBot) -> None:
    index = panel.model.index(1)
    area = panel.view._rows.star_area(panel.view.visualRect(index))
    with qtbot.assertNotEmitted(panel.view.play_requested):
        QTest.mouseClick(
            panel.view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            area.center(),
        )
    assert panel.model.row(index).is_starred


def test_delete_is_undone_with_everything(panel: HistoryPanel, services: Services) -> None:
    select(panel, 1, 2)
    press(panel, Qt.Key.Key_Delete)
    assert {e.id for e in panel.model.entries} == {3, 4}
    panel.show_trash()
    assert {e.id for e in panel.model.entries} == {1, 2}
    assert panel._back.text() == "‹ Back from: Trash  2"
    panel._controller.undo_stack.undo()
    assert panel.model.entries == ()
    assert len(services.library.sounds.entries(FolderKind.MADE)) == 4


def test_the_trash_gives_back_and_the_history_shows_it(
    panel: HistoryPanel, services: Services, qtbot: QtBot
) -> None:
    select(panel, 1)
    press(panel, Qt.Key.Key_Delete)
    panel.show_trash()
    panel.view.selectAll()
    panel.view.restore_requested.emit(panel.view.selected_entries())
    with qtbot.waitSignal(panel._controller.loaded):
        panel.show_history()
    assert {e.id for e in panel.model.entries} == {1, 2, 3, 4}


def test_undoing_a_delete_brings_the_row_back(panel: HistoryPanel) -> None:
    select(panel, 4)
    press(panel, Qt.Key.Key_Delete)
    assert 4 not in {e.id for e in panel.model.entries}
    panel._controller.undo_stack.undo()
    assert 4 in {e.id for e in panel.model.entries}
    panel._controller.undo_stack.redo()
    assert 4 not in {e.id for e in panel.model.entries}


def test_undo_says_what_was_undone(panel: HistoryPanel) -> None:
    notices: list[str] = []
    panel._controller.noticed.connect(notices.append)
    clips = select(panel, 1, 2)
    panel._controller.star(clips, True)
    select(panel, 3)
    press(panel, Qt.Key.Key_Delete)
    for step in ("undo", "undo", "redo"):
        getattr(panel._controller.undo_stack, step)()
    assert "to the trash and stays there for 30 days" in notices[0]
    assert notices[1:] == [
        "Undone: delete “dog”.",
        "Undone: star 2 sounds.",
        "Redone: star 2 sounds.",
    ]


def test_the_list_is_fresh_after_undo(panel: HistoryPanel) -> None:
    (clip,) = select(panel, 3)
    panel._controller.rename(clip, "Rex")
    panel.search.setText("rex")
    assert [e.id for e in panel.model.entries] == [3]
    panel._controller.undo_stack.undo()
    assert panel.model.entries == ()
    panel._controller.undo_stack.redo()
    assert [e.id for e in panel.model.entries] == [3]


def test_filters_are_fresh_after_undo(panel: HistoryPanel) -> None:
    panel._controller.star(select(panel, 3), True)
    panel._controller.star(select(panel, 3), False)
    panel.starred.setChecked(True)
    assert panel.model.entries == ()
    panel._controller.undo_stack.undo()
    assert [e.id for e in panel.model.entries] == [3]


def test_the_trash_is_fresh_after_undo(panel: HistoryPanel) -> None:
    select(panel, 3)
    press(panel, Qt.Key.Key_Delete)
    panel.show_trash()
    panel._controller.undo_stack.undo()
    assert panel.model.entries == ()
    panel._controller.undo_stack.redo()
    assert [e.id for e in panel.model.entries] == [3]


def test_details_tell_and_keep_what_the_user_says(panel: HistoryPanel, services: Services) -> None:
    (clip,) = select(panel, 3)
    details = panel.details
    assert details.name.text() == "dog"
    for fact in (
        "kind 5 of 5, movement 0.90",
        "70 % tight",
        "from bark 01",
        "highs added",
        "commercial use",
    ):
        assert fact in details._facts.text()
    for field, text in ((details.name, "Rex"), (details.tags, "yard, big"), (details.note, "ok")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    details.rated.emit([clip], 5)
    (kept,) = services.library.sounds.entries_of([3])
    assert (kept.title, kept.tags, kept.note, kept.rating) == ("Rex", ("big", "yard"), "ok", 5)
    panel.search.setText("rex yard")
    assert [e.id for e in panel.model.entries] == [3]
    for _ in range(4):
        panel._controller.undo_stack.undo()
    (kept,) = services.library.sounds.entries_of([3])
    assert (kept.title, kept.tags, kept.note, kept.rating) == ("dog", (), "", 0)


@pytest.mark.usefixtures("dressed")
def test_long_names_are_seen_from_their_beginning(panel: HistoryPanel) -> None:
    (clip,) = select(panel, 3)
    panel._controller.rename(clip, "A rusty gate " * 9)
    assert panel.details.name.cursorPosition() == 0
    panel.licence.addItem("Apache-2.0 and many other words")
    panel.licence.setCurrentIndex(panel.licence.count() - 1)
    assert panel.licence.shown_text().startswith("Apa")
    assert panel.licence.shown_text().endswith("…")


def test_many_clips_are_tagged_at_once(panel: HistoryPanel, services: Services) -> None:
    select(panel, 1, 2, 3)
    assert not panel.details.name.isVisible()
    QTest.keyClicks(panel.details.tags, "yard")
    QTest.keyClick(panel.details.tags, Qt.Key.Key_Return)
    tagged = [e.id for e in services.library.sounds.entries(FolderKind.MADE) if e.tags]
    assert tagged == [1, 2, 3]


def test_the_recipe_is_copied_as_text(panel: HistoryPanel) -> None:
    select(panel, 4)
    panel.details.copy.click()
    text = QGuiApplication.clipboard().text()
    assert '"text": "dog"' in text and '"seed": 8' in text


@pytest.mark.usefixtures("dressed")
def test_rows_name_themselves_where_no_section_does(panel: HistoryPanel) -> None:
    before = panel.view.grab(panel.view.visualRect(panel.model.index(1))).toImage()
    panel.order.setCurrentIndex(panel.order.findData(Order.NAME))
    panel.order.activated.emit(0)
    assert all(isinstance(panel.model.row(panel.model.index(n)), ClipEntry) for n in range(4))
    after = panel.view.grab(panel.view.visualRect(panel.model.index(0))).toImage()
    assert before != after


def test_the_arrow_keys_step_over_headings(panel: HistoryPanel) -> None:
    panel.view.select_row(1)
    chosen = []
    for _ in range(panel.model.count - 1):
        press(panel, Qt.Key.Key_Down)
        chosen += panel.view.selected_entries()
    assert len(chosen) == panel.model.count - 1
    assert not panel.details.isHidden()


def test_keys_go_on_from_where_they_were_when_a_clip_arrives(
    panel: HistoryPanel, qtbot: QtBot
) -> None:
    (chosen,) = select(panel, 1)
    panel.model.add([replace(chosen, id=5, group="newer", created_s=chosen.created_s + 60)])
    with qtbot.waitSignal(panel.view.play_requested) as played:
        press(panel, Qt.Key.Key_Return)
    assert played.args == [chosen]


@pytest.mark.usefixtures("dressed")
def test_a_heading_plays_nothing(panel: HistoryPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.view.play_requested):
        QTest.mouseClick(
            panel.view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            panel.view.visualRect(panel.model.index(0)).center() + QPoint(-60, 4),
        )


def test_a_recipe_brings_back_take_words_and_settings(
    with_take: MainWindow, services: Services, qtbot: QtBot
) -> None:
    with_take.request.text.setText("dog")
    with_take.request.follow.setValue(20)
    with qtbot.waitSignal(with_take.controller.candidates_changed):
        with_take.request.generate_button.click()
    clip = with_take.controller.candidates[2]
    with_take.controller.takes.use(None)
    with_take.request.text.setText("cat")
    with_take.request.follow.setValue(90)
    with qtbot.waitSignal(with_take.controller.reopening.chosen):
        with_take.controller.reopening.use_recipe(clip)
    assert with_take.request.text.text() == "dog"
    assert with_take.request.follow.value() == 20
    assert with_take.request.seed.value() == clip.seed
    assert with_take.request.seed_lock.isChecked()
    assert with_take.controller.imitation.name == "dog bark"


def test_a_recipe_whose_take_is_gone_says_so(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    ids = add_clips(services.library, services.paths.output_folder)
    (clip,) = services.library.sounds.entries_of(ids[:1])
    with qtbot.waitSignal(window.controller.failed):
        window.controller.reopening.use_recipe(clip)
    assert "imitation of “dog, large”" in window.messages.text


def test_moving_the_library_moves_new_clips_too(
    with_take: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(with_take.controller.candidates_changed):
        with_take.request.generate_button.click()
    target = tmp_path / "elsewhere"
    with qtbot.waitSignal(with_take.controller.history.relocated):
        with_take.library.move_requested.emit(target)
    qtbot.waitUntil(lambda: services.tasks.is_idle)
    assert len(list(target.glob("*.wav"))) == 4
    assert {e.path.parent for e in with_take.history.model.entries} == {target}
    assert with_take.controller.output_folder == target


def test_clips_are_shown_even_where_the_library_cannot_be_written(
    with_take: MainWindow, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> int:
        raise OutputError("The disk is full. Make room.")

    monkeypatch.setattr(services.library.folders, "add", refuse)
    with qtbot.waitSignal(with_take.controller.candidates_changed):
        with_take.request.generate_button.click()
    assert [e.match and e.match.kind for e in with_take.controller.candidates] == [
        5, 4, 3, 2,
    ]  # fmt: skip
    assert with_take.messages.text == "The disk is full. Make room."
