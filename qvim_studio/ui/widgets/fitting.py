"""Fits windows and panels into smaller screens and windows, with all content reachable."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, scaled

TITLE_BAR_PX = 40  # of the window manager, subtracted from the screen's height
NARROWEST_PX = 600  # of a column with wider content
TURNED = (QAbstractSpinBox, QComboBox, QSlider)  # widgets whose values a mouse wheel changes


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """Resize a window to this size, scaled with the text size and limited to the screen."""
    room = window.screen().availableSize() - QSize(0, TITLE_BAR_PX)
    window.resize(QSize(scaled(width), scaled(height)).boundedTo(room))


class Column(QScrollArea):
    """Panels on top of each other, added to ``panels``. They scroll if the height is too small, and
    sideways if large texts make lines too wide.

    The column scrolls to the widget with the keyboard focus. The mouse wheel changes a value only
    if nothing can be scrolled or the value has the focus.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = QWidget(self)
        self.panels = QVBoxLayout(self._content)
        self.panels.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._aim: QWidget | None = None
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.verticalScrollBar().actionTriggered.connect(self._on_scrolled)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    def minimumSizeHint(self) -> QSize:
        needed = self._content.minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        width = min(needed, NARROWEST_PX) + bar
        return QSize(width, super().minimumSizeHint().height())

    def show_panel(self, panel: QWidget) -> None:
        """Scroll to a panel and stay there while other panels change their height, until the user
        scrolls or moves the focus."""
        self._aim = panel
        self._on_range_changed()

    @logs_errors()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for kind in TURNED:
            for control in self._content.findChildren(kind):
                if control.focusPolicy() is Qt.FocusPolicy.WheelFocus:
                    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                control.installEventFilter(self)

    @logs_errors(returns=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        can_scroll = self.verticalScrollBar().maximum() > 0
        if isinstance(event, QWheelEvent) and isinstance(watched, TURNED) and can_scroll:
            if watched.hasFocus():
                return super().eventFilter(watched, event)
            self.wheelEvent(event)
            return True
        return super().eventFilter(watched, event)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self._content.isAncestorOf(now):
            return
        self._aim = None
        if not QApplication.mouseButtons():  # a pressed widget stays below the pointer
            self._scroll_to(now, 2 * GRID)

    @Slot()
    def _on_range_changed(self) -> None:
        if self._aim is not None:
            self._scroll_to(self._aim, 0)

    def _scroll_to(self, part: QWidget, margin: int) -> None:
        """Scroll until the whole part or at least its top is visible; ``ensureWidgetVisible`` would
        only show the text cursor."""
        corner = part.mapTo(self._content, QPoint(0, 0))
        for x, y in (
            (corner.x() + part.width(), corner.y() + part.height()),
            (corner.x(), corner.y()),
        ):
            self.ensureVisible(x, y, 0, margin)

    @Slot()
    def _on_scrolled(self) -> None:
        self._aim = None


class FittingColumn(Column):
    """As high as its content if there is room, never higher."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = self.sizePolicy()
        policy.setVerticalPolicy(policy.Policy.Maximum)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        layout, width = self.panels, self.viewport().width()
        height = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        return QSize(width, height if height >= 0 else layout.sizeHint().height())

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height again, because text wraps differently at another width."""
        super().resizeEvent(event)
        self.updateGeometry()

    @logs_errors(returns=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._content and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
