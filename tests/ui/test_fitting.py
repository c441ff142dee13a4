from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import StudioError
from qvim_studio.ui.fitting import resize_on_screen
from qvim_studio.ui.main_window import MainWindow

SMALL_SCREEN = (960, 500)  # 1920 x 1080 at 200 %, less a title bar


def test_a_window_is_no_larger_than_its_screen(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    room = widget.screen().availableSize()
    resize_on_screen(widget, 10_000, 10_000)
    assert widget.width() == room.width()
    assert widget.height() < room.height()  # there is a title bar
    resize_on_screen(widget, 300, 200)
    assert (widget.width(), widget.height()) == (300, 200)


def test_everything_is_reached_in_a_low_window(with_take: MainWindow, qtbot: QtBot) -> None:
    window = with_take
    window.request.more.setChecked(True)
    window.show_error(StudioError("A message takes room as well"))
    window.resize(*SMALL_SCREEN)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == SMALL_SCREEN)
    column = window.column
    assert column.verticalScrollBar().maximum() > 0
    assert column.widget().width() <= column.viewport().width()
    window.request.generate_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.request.generate_button, Qt.Key.Key_Tab)
    assert window.focusWidget() is window.candidates.sketch
    assert not window.candidates.sketch.visibleRegion().isEmpty()
