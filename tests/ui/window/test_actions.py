"""One table of actions: menus, context menus, keyboard map, tips and clashes come from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.window.action_keys import FIXED_KEYS, clash_lines, clashes
from qvim_studio.ui.window.action_table import (
    RESULT_MENU,
    SOUND_ACTIONS,
    SOUND_MENU,
    TAKE_MENU,
    Where,
    all_specs,
    spec_of,
    translated,
)
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def compared(with_take: MainWindow, generate: Generate) -> MainWindow:
    generate(with_take)
    return with_take


def menu_of(window: MainWindow, title: str) -> QMenu:
    return next(m.menu() for m in window.menuBar().actions() if m.text() == title)


def test_defaults_clash_nowhere() -> None:
    assert clashes({}) == {}


@pytest.mark.parametrize(
    ("action", "keys", "other"),
    [("generate", "S", "Star"), ("loop", "F2", "Rename"), ("record", "T", "Tag"),
     ("record", "Del", "Move to the trash"), ("loop", "Return", "Play or stop the sound"),
     ("loop", "Backspace", "Move to the trash"), ("loop", "3", "Play a candidate"),
     ("trash", "Return", "Play or stop the sound"),
     ("loop", "Left", "Move the cursor of a waveform")],
)  # fmt: skip
def test_keys_of_lists_and_fixed_keys_are_reported_as_taken(
    action: str, keys: str, other: str
) -> None:
    (line,) = clash_lines({action: keys})
    assert line.startswith(keys) and f"“{other}”" in line
    assert f"“{translated(spec_of(action).text)}”" in line


def test_one_key_may_mean_two_things_in_two_places() -> None:
    assert clashes({"trash": "Left"}) == {}


def test_every_action_is_in_a_menu_and_in_the_keyboard_map(window: MainWindow) -> None:
    dialog = window.help.open_shortcuts()
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    in_menus = [a for menu in window.menuBar().actions() for a in menu.menu().actions()]
    for spec in all_specs():
        assert window.keys.actions[spec.id] in in_menus
        assert any(text.startswith(translated(spec.text)) for text in shown)
    for fixed in FIXED_KEYS:
        assert translated(fixed.shown) in shown
    assert {spec.id for spec in all_specs() if spec.where is Where.LIST} <= set(SOUND_ACTIONS)
    for action_id in {*SOUND_MENU, *TAKE_MENU, *RESULT_MENU} - {""}:
        assert spec_of(action_id)
    dialog.reject()


def test_settings_whose_keys_clash_are_reported_at_the_start(
    services: Services, theme, qtbot: QtBot
) -> None:
    store = services.store
    store.change(store.settings.with_changes(shortcuts={"generate": "S"}))
    window = MainWindow(services, theme)
    qtbot.addWidget(window)
    assert "S is assigned to both" in window.messages.text
    assert "Keyboard shortcuts" in window.messages.text
    qtbot.waitUntil(lambda: window.has_looked_around and services.tasks.is_idle)


def test_what_is_reported_at_the_start_stays_until_it_is_put_away(
    services: Services, theme, take: Path, qtbot: QtBot
) -> None:
    store = services.store
    store.change(store.settings.with_changes(shortcuts={"generate": "S"}))
    window = MainWindow(services, theme)
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.controller.imitation_changed):
        window.open_imitation(take)
    qtbot.waitUntil(lambda: window.has_looked_around and services.tasks.is_idle)
    assert "S is assigned to both" in window.messages.text
    window.rest()
    assert window.messages.text == ""


def test_the_sound_menu_greys_what_the_list_in_hand_cannot_do(compared: MainWindow) -> None:
    menu, actions = menu_of(compared, "&Sound"), compared.keys.actions
    menu.aboutToShow.emit()
    assert actions["star"].isEnabled() and actions["play_sound"].isEnabled()
    assert not actions["restore"].isEnabled()
    menu.aboutToHide.emit()
    assert actions["restore"].isEnabled()  # its keys would answer


def test_an_action_of_the_menu_works_on_the_list_that_had_the_focus(
    compared: MainWindow, qtbot: QtBot
) -> None:
    view = compared.history.view
    view.setFocus()
    view.clearSelection()
    view.select_ids({compared.candidates.shown[2].id})
    with qtbot.waitSignal(compared.controller.history.updated):
        compared.keys.actions["star"].trigger()
    assert [entry.is_starred for entry in compared.candidates.shown] == [False, False, True, False]


def test_keys_without_a_selected_sound_say_what_is_missing(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert "No sound is selected" in window.messages.text


def test_a_changed_key_of_a_list_counts_and_is_named_in_its_menu(
    compared: MainWindow, services: Services, qtbot: QtBot
) -> None:
    store = services.store
    store.change(store.settings.with_changes(shortcuts={"similar": "Z", "star": "Q"}))
    view = compared.history.view
    view.setFocus()
    view.select_ids({compared.candidates.shown[0].id})
    texts = [action.text() for action in view.make_menu().actions()]
    assert "Find similar sounds\tZ" in texts and "Star\tQ" in texts
    with qtbot.waitSignal(view.similar_requested):
        QTest.keyClick(view, Qt.Key.Key_Z)


def test_tips_name_the_keys_that_count(window: MainWindow, services: Services) -> None:
    loop = window.imitation.take_head.loop
    assert loop.toolTip() == "Loop (L)"
    assert window.request.generate_button.toolTip().endswith("(G)")
    store = services.store
    store.change(store.settings.with_changes(shortcuts={"loop": "F9"}))
    assert loop.toolTip() == "Loop (F9)"
    store.change(store.settings.with_changes(shortcuts={"loop": ""}))
    assert loop.toolTip() == "Loop"


def test_a_waveform_has_a_menu_of_what_is_done_with_it(with_take: MainWindow) -> None:
    places: list[QPoint] = []
    wave = with_take.imitation.wave
    wave.menu_requested.disconnect()  # an open menu would grab the screen of this computer
    wave.menu_requested.connect(places.append)
    place = wave.mapToGlobal(QPoint(30, 30))
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(wave, QContextMenuEvent(reason, QPoint(30, 30), place))
    assert places == [place]
    for ids, enabled, greyed in (
        (TAKE_MENU, "Trim the silence", "Show the selection"),
        (RESULT_MENU, "Zoom in", "Regenerate the selected part"),
    ):
        menu = with_take.keys.make_menu(ids)
        menu.aboutToShow.emit()
        can = {action.text(): action.isEnabled() for action in menu.actions()}
        assert can[enabled] and not can[greyed]
        menu.aboutToHide.emit()


def test_brackets_set_the_part_at_the_cursor(with_take: MainWindow) -> None:
    QTest.keyClick(with_take, Qt.Key.Key_BracketLeft)
    assert "There is no cursor" in with_take.messages.text
    wave = with_take.imitation.wave
    wave.setFocus()
    for _ in range(20):
        QTest.keyClick(wave, Qt.Key.Key_Right)
    QTest.keyClick(wave, Qt.Key.Key_BracketLeft)
    QTest.keyClick(wave, Qt.Key.Key_End)
    for _ in range(20):
        QTest.keyClick(wave, Qt.Key.Key_Left)
    QTest.keyClick(wave, Qt.Key.Key_BracketRight)
    imitation = with_take.controller.imitation
    assert imitation is not None
    assert (imitation.begin_s, imitation.end_s) == pytest.approx((0.1, 0.4))
    assert "used 0.10 to 0.40 s" in wave.accessibleDescription()
