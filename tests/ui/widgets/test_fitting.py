from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.settings import Theme
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.ui.sounds.clip_delegate import row_px
from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.theme import StudioTheme, font
from qvim_studio.ui.window.main_window import MainWindow

SMALL_SCREEN = (960, 500)  # 1920 x 1080 at 200 %, less a title bar
NARROW_SCREEN = (908, 460)  # 1366 x 768 at 150 %, less a frame and a title bar

Generate = Callable[[MainWindow], None]


def shrink(window: MainWindow, size: tuple[int, int], qtbot: QtBot) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)


def in_window(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def is_seen(widget: QWidget) -> bool:
    """The whole of it?"""
    return widget.visibleRegion().boundingRect() == widget.rect()


def turn_wheel(widget: QWidget) -> None:
    at = QPointF(widget.rect().center())
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, -120), no_button, no_key,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    """Of more values than there is room for."""
    column = Column()
    qtbot.addWidget(column)
    for _ in range(10):
        for value in (QSpinBox(), QSlider(), QComboBox()):
            column.panels.addWidget(value)
            if isinstance(value, QComboBox):
                value.addItems(["first", "second"])
    column.resize(200, 200)
    column.show()
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() > 0)
    return column


def values(column: Column) -> list[int]:
    content = column.widget()
    turned = (*content.findChildren(QSpinBox), *content.findChildren(QSlider))
    return [
        *(value.value() for value in turned),
        *(box.currentIndex() for box in content.findChildren(QComboBox)),
    ]


@pytest.mark.parametrize("kind", [QSpinBox, QSlider, QComboBox])
def test_the_wheel_scrolls_and_leaves_values_alone(column: Column, kind: type[QWidget]) -> None:
    value = column.widget().findChildren(kind)[1]
    before = values(column)
    assert not value.hasFocus()
    turn_wheel(value)
    assert column.verticalScrollBar().value() > 0
    assert values(column) == before
    assert not value.hasFocus()


def test_the_wheel_turns_a_value_where_nothing_can_be_scrolled(
    column: Column, qtbot: QtBot
) -> None:
    column.resize(200, 5000)
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() == 0)
    turn_wheel(column.widget().findChildren(QComboBox)[1])
    assert column.widget().findChildren(QComboBox)[1].currentText() == "second"


def test_what_gets_the_focus_is_scrolled_to(column: Column) -> None:
    last = column.widget().findChildren(QSpinBox)[-1]
    column.activateWindow()
    last.setFocus()
    assert is_seen(last)


def test_a_field_that_is_seen_in_part_is_shown_whole(column: Column, qtbot: QtBot) -> None:
    field = QLineEdit()
    column.panels.insertWidget(6, field)
    qtbot.waitUntil(lambda: field.y() > 0)
    column.verticalScrollBar().setValue(field.y() + 4)
    assert not is_seen(field)
    column.activateWindow()
    field.setFocus()
    assert is_seen(field)


def test_what_is_pressed_stays_below_the_pointer(column: Column) -> None:
    bar, slider = column.verticalScrollBar(), column.widget().findChildren(QSlider)[1]
    bar.setValue(slider.y() + 4)
    before = bar.value()
    at = slider.mapTo(column, slider.rect().center())
    button, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(column.windowHandle(), button, no_key, at)
    assert slider.hasFocus() and bar.value() == before
    QTest.mouseRelease(column.windowHandle(), button, no_key, at)
    assert bar.value() == before


def test_a_panel_stays_in_sight_until_the_user_scrolls(column: Column, qtbot: QtBot) -> None:
    bar, first = column.verticalScrollBar(), column.widget().findChildren(QSpinBox)[0]
    last = column.widget().findChildren(QComboBox)[-1]
    column.show_panel(last)
    assert is_seen(last)
    first.setMinimumHeight(300)
    qtbot.waitUntil(lambda: is_seen(last))
    turn_wheel(last)
    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    most = bar.maximum()
    first.setMinimumHeight(400)
    qtbot.waitUntil(lambda: bar.maximum() > most)
    assert bar.value() == 0


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


def test_nothing_is_cut_off_on_a_narrow_screen(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    window = with_take
    generate(window)
    window.history.view.setFocus()
    QTest.keyClick(window.history.view, Qt.Key.Key_Down)
    qtbot.waitUntil(window.history.details.isVisible)
    window.library._on_history_counted("10,000")
    window.library._on_sounds_counted("100,000")
    window.request.more.setChecked(True)
    window.request.cancel_button.show()
    window.request.queue_button.setText("12 waiting")
    window.request.queue_button.show()
    shrink(window, NARROW_SCREEN, qtbot)
    assert window.column.widget().width() <= window.column.viewport().width()
    request, words = window.request, window.request.details.negative
    steps = request.details.steps
    qtbot.waitUntil(lambda: in_window(words).bottom() < in_window(steps).top())
    ways = request.quality, request.more
    buttons = (
        request.progress, request.queue_button, request.cancel_button, request.generate_button,
    )  # fmt: skip
    for left, right in itertools.chain(itertools.pairwise(ways), itertools.pairwise(buttons)):
        assert in_window(left).right() < in_window(right).left()
    assert window.imitation.bar.open_button.text() == ""
    window.resize(1500, 900)
    qtbot.waitUntil(lambda: window.imitation.bar.open_button.text() == "Open…")
    qtbot.waitUntil(lambda: in_window(words).top() == in_window(steps).top())


def test_candidates_are_scrolled_to_as_they_come(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    window = with_take
    shrink(window, NARROW_SCREEN, qtbot)
    generate(window)
    qtbot.waitUntil(lambda: window.imitation.result.isVisibleTo(window))
    qtbot.waitUntil(lambda: is_seen(window.candidates))
    window._on_recording_state_changed(RecordingState.OPENING)
    assert is_seen(window.imitation.take_head)


def test_candidates_leave_in_sight_what_the_user_types(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    window = with_take
    shrink(window, NARROW_SCREEN, qtbot)
    QTest.keyClick(window, Qt.Key.Key_W)
    assert is_seen(window.request.text)
    generate(window)
    qtbot.waitUntil(lambda: window.imitation.result.isVisibleTo(window))
    assert not is_seen(window.candidates)


def test_more_settings_are_scrolled_to(with_take: MainWindow, qtbot: QtBot) -> None:
    shrink(with_take, NARROW_SCREEN, qtbot)
    QTest.keyClick(with_take, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: is_seen(with_take.request.details.negative))
    qtbot.waitUntil(lambda: is_seen(with_take.request.generate_button))


@pytest.mark.qt_log_ignore("does not support", extend=True)  # raising and grabbing, offscreen
def test_recording_options_are_on_the_screen(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    window, bar = with_take, with_take.imitation.bar
    shrink(window, NARROW_SCREEN, qtbot)
    window.move(0, 0)
    generate(window)
    qtbot.waitUntil(lambda: is_seen(window.candidates) and not is_seen(bar.options_button))
    window.keys.actions["recording_options"].trigger()
    assert is_seen(bar.options_button)
    assert window.screen().availableGeometry().contains(bar.options.geometry())
    bar.options.close()


def test_the_details_of_a_clip_leave_the_window_as_low_as_it_is(
    with_take: MainWindow, generate: Generate, qtbot: QtBot
) -> None:
    window = with_take
    generate(window)
    shrink(window, SMALL_SCREEN, qtbot)
    view, details = window.history.view, window.history.details
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: details.isVisible() and details.verticalScrollBar().maximum() > 0)
    assert window.height() == SMALL_SCREEN[1]
    QTest.keyClick(view, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: is_seen(details.tags))
    details.copy.setFocus()
    assert is_seen(details.copy)
    window.resize(1200, 1000)
    qtbot.waitUntil(lambda: window.height() == 1000)
    qtbot.waitUntil(lambda: details.verticalScrollBar().maximum() == 0)
    parts = (details.name, details._facts, details.copy)
    qtbot.waitUntil(lambda: all(is_seen(part) for part in parts))


def test_a_small_window_with_large_texts_scrolls_instead_of_cutting(
    with_take: MainWindow, theme: StudioTheme
) -> None:
    window = with_take
    window.request.more.setChecked(True)
    for percent in (100, 125, 150, 200):
        theme.set_theme(Theme.DARK, percent)
        window.resize(1024, 600)
        QApplication.processEvents()
        assert (window.width(), window.height()) == (1024, 600), percent
        for spin in window.request.findChildren(QAbstractSpinBox):
            text, metrics = spin.lineEdit().text(), spin.fontMetrics()
            assert metrics.horizontalAdvance(text) <= spin.lineEdit().width(), percent
            assert spin.height() >= metrics.height(), percent
        for button in (window.request.generate_button, window.imitation.bar.record_button):
            button.setFocus()
            QApplication.processEvents()
            corner = button.mapTo(window.column.viewport(), QPoint(0, 0))
            shown = QRect(corner, button.size())
            assert window.column.viewport().rect().contains(shown), percent
    theme.set_theme(Theme.DARK, 100)


def test_details_of_a_clip_leave_three_sounds_of_the_history_in_view(
    with_take: MainWindow, theme: StudioTheme, generate: Generate
) -> None:
    generate(with_take)
    with_take.resize(1024, 600)
    view = with_take.history.view
    view.select_ids({with_take.candidates.shown[0].id})
    for percent in (100, 125):
        theme.set_theme(Theme.DARK, percent)
        QApplication.processEvents()
        assert with_take.history.details.isVisible()
        last = view.visualRect(view.model().index(3, 0))  # below the heading
        assert last.center().y() <= view.viewport().height(), percent
    theme.set_theme(Theme.DARK, 100)


def test_rows_of_larger_texts_are_higher(window: MainWindow, theme: StudioTheme) -> None:
    assert (row_px(48), row_px(56)) == (48, 56)
    theme.set_theme(Theme.DARK, 200)
    assert row_px(48) >= 2 * QFontMetrics(font()).height()
    theme.set_theme(Theme.DARK, 100)


def test_the_first_tab_lands_on_the_main_flow(window: MainWindow) -> None:
    window.rest()
    QTest.keyClick(window, Qt.Key.Key_Tab)
    assert window.focusWidget() is window.imitation.bar.record_button
    places: list[int] = []
    panels = [window.imitation, window.request, window.candidates, window.library, window.header]
    for _ in range(80):
        places += [n for n, panel in enumerate(panels) if panel.isAncestorOf(window.focusWidget())]
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if window.focusWidget() is window.imitation.bar.record_button:
            break
    assert places == sorted(places) and set(places) == {0, 1, 3, 4} | ({2} & set(places))
