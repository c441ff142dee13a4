from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from qvim_studio.session.audition import IMITATION_KEY
from qvim_studio.session.services import Services
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("undressed")

Generate = Callable[[MainWindow], None]


@pytest.fixture
def looked_at(with_take: MainWindow, generate: Generate, qtbot: QtBot) -> MainWindow:
    """The best candidate is drawn below the imitation."""
    generate(with_take)
    qtbot.waitUntil(lambda: with_take.imitation.result.has_sound)
    return with_take


def entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def right_click(view: WaveformView) -> None:
    at = QPoint(50, 20)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
    QApplication.sendEvent(view, event)


@pytest.mark.qt_log_ignore("does not support", extend=True)  # grabbing, offscreen
def test_a_right_click_opens_the_menu_of_the_waveform(looked_at: MainWindow) -> None:
    for view in (looked_at.imitation.wave, looked_at.imitation.result):
        right_click(view)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert "Select all" in entries(menu)
        menu.close()


def test_an_empty_waveform_has_no_menu(window: MainWindow) -> None:
    right_click(window.imitation.wave)
    assert QApplication.activePopupWidget() is None


def test_the_take_is_played_selected_trimmed_and_copied(
    looked_at: MainWindow, services: Services, qtbot: QtBot
) -> None:
    wave, menus = looked_at.imitation.wave, looked_at.wave_menus
    entries(menus.make_take_menu())["Play or stop"].trigger()
    assert services.playback.playing.key == IMITATION_KEY
    entries(menus.make_take_menu())["Select all"].trigger()
    assert wave.selection == (0.0, pytest.approx(0.5))
    wave.select((0.1, 0.3))
    entries(menus.make_take_menu())["Use the selection"].trigger()
    imitation = looked_at.controller.imitation
    assert (imitation.begin_s, imitation.end_s) == (0.1, 0.3)
    entries(menus.make_take_menu())["Use the whole take"].trigger()
    assert looked_at.controller.imitation.end_s == pytest.approx(0.5)
    entries(menus.make_take_menu())["Copy file"].trigger()
    (copied,) = QGuiApplication.clipboard().mimeData().urls()
    assert copied.toLocalFile() == str(imitation.path)


def test_the_chosen_sound_is_played_and_a_part_of_it_copied(
    looked_at: MainWindow, services: Services, qtbot: QtBot
) -> None:
    menus, entry = looked_at.wave_menus, looked_at.controller.viewer.entry
    entries(menus.make_result_menu())["Play or stop"].trigger()
    assert services.playback.playing.key == str(entry.path)
    entries(menus.make_result_menu())["Copy the whole file"].trigger()
    (copied,) = QGuiApplication.clipboard().mimeData().urls()
    assert copied.toLocalFile() == str(entry.path)
    entries(menus.make_result_menu())["Select all"].trigger()
    qtbot.waitUntil(lambda: looked_at.regions.file is not None)
    entries(menus.make_result_menu())["Copy the selected part"].trigger()
    (copied,) = QGuiApplication.clipboard().mimeData().urls()
    assert copied.toLocalFile() == str(looked_at.regions.file)


def test_actions_stand_in_the_menus_with_their_keys(looked_at: MainWindow) -> None:
    looked_at.imitation.result.select((0.1, 0.2))
    shown = entries(looked_at.wave_menus.make_result_menu())
    keys = {"Loop": "L", "Regenerate the selected part": "I", "Make more like this one": "J"}
    for text, key in keys.items():
        assert shown[text].shortcut() == QKeySequence(key)
        assert shown[text].isShortcutVisibleInContextMenu()
    assert not shown["Drag a selected part into your DAW"].isEnabled()
