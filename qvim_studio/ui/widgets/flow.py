"""Arranges small widgets beside each other, in as many lines as necessary."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvim_studio.ui.widgets.override import logs_errors


class Flow(QWidget):
    """Every widget has its size hint; a new line begins where the next widget would extend past the
    right edge."""

    def __init__(self, widgets: Sequence[QWidget], spacing_px: int, parent: QWidget) -> None:
        """widgets: from left to right. spacing_px: between two of them, and between two lines."""
        super().__init__(parent)
        self._spacing_px = spacing_px
        for widget in widgets:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @logs_errors(returns=QSize())
    def sizeHint(self) -> QSize:
        """The size of all widgets in one line."""
        sizes = self._sizes()
        width = sum(size.width() for size in sizes) + self._spacing_px * max(len(sizes) - 1, 0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        """The size of the widest widget alone."""
        sizes = self._sizes()
        height = max((size.height() for size in sizes), default=0)
        return QSize(max((size.width() for size in sizes), default=0), height)

    @logs_errors(returns=-1)
    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for place in self._places(width)), default=0)

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for widget, place in zip(self._flowing(), self._places(self.width()), strict=True):
            widget.setGeometry(place)

    def _flowing(self) -> list[QWidget]:
        return [child for child in self.children() if isinstance(child, QWidget)]

    def _sizes(self) -> list[QSize]:
        return [widget.sizeHint() for widget in self._flowing()]

    def _places(self, width: int) -> list[QRect]:
        places: list[QRect] = []
        corner, next_line = QPoint(0, 0), 0
        for size in self._sizes():
            if corner.x() > 0 and corner.x() + size.width() > width:
                corner = QPoint(0, next_line)
            places.append(QRect(corner, size))
            next_line = max(next_line, corner.y() + size.height() + self._spacing_px)
            corner += QPoint(size.width() + self._spacing_px, 0)
        return places
