"""Two panels with a movable border, whose position is remembered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from qvim_studio.ui.widgets.override import logs_errors

HANDLE_PX = 12
LINE_PX, GRIP_PX = 3, 48


class _Handle(QSplitterHandle):
    """The gap between two cards, with a line in its middle under the mouse."""

    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.underMouse():
            return
        middle = QRectF(self.rect()).center()
        is_wide = self.orientation() is Qt.Orientation.Horizontal
        size = QSizeF(LINE_PX, GRIP_PX) if is_wide else QSizeF(GRIP_PX, LINE_PX)
        line = QRectF(QPointF(), size)
        line.moveCenter(middle)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(line, LINE_PX / 2, LINE_PX / 2)
        painter.end()


class Splitter(QSplitter):
    """Gives the second panel its share of the room, which is the designed one until the user
    chooses another.

    Panels keep their minimum sizes and cannot be collapsed.
    """

    def __init__(
        self,
        orientation: Qt.Orientation,
        name: str,
        designed: Callable[[int], float],
        parent: QWidget | None = None,
    ) -> None:
        """name: of the remembered share. designed: pixels of room → pixels of the second panel."""
        super().__init__(orientation, parent)
        self._designed = designed
        self._share: float | None = None
        self.setObjectName(name)
        self.setHandleWidth(HANDLE_PX)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._on_moved)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)

    @property
    def share(self) -> float | None:
        """The share of the second panel, 0..1, that the user chose; None without a choice."""
        return self._share

    def restore(self, share: object) -> None:
        """Show a share that ``share`` returned; invalid values count as never chosen."""
        try:
            wanted = float(str(share))
        except ValueError:
            return
        if 0.0 < wanted < 1.0:
            self._share = wanted
            self._arrange()

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @logs_errors(returns=False)
    def event(self, event: QEvent) -> bool:
        result = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return result

    def _room(self) -> int:
        is_wide = self.orientation() is Qt.Orientation.Horizontal
        return (self.width() if is_wide else self.height()) - HANDLE_PX

    def _arrange(self) -> None:
        room = self._room()
        second = self._designed(room) if self._share is None else self._share * room
        self.setSizes([max(room - round(second), 1), max(round(second), 1)])

    @Slot()
    def _on_moved(self) -> None:
        self._share = self.sizes()[1] / max(self._room(), 1)
