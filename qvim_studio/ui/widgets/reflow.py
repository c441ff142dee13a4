"""Arranges fields in one line, or in two lines if one is too narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QWidget

from qvim_studio.ui.widgets.override import logs_errors

Field = tuple[QWidget | QLayout, int]


class Reflow(QWidget):
    """Shows its fields in one line by their stretches, or in two if there is too little room."""

    def __init__(self, fields: Sequence[Field], spacing_px: int, parent: QWidget) -> None:
        """fields: each with its stretch. spacing_px: between two of them."""
        super().__init__(parent)
        self._parts: list[tuple[QWidget, int]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing_px)
        self._grid.setVerticalSpacing(8)
        for field, stretch in fields:
            part = field if isinstance(field, QWidget) else _holding(field, self)
            self._parts.append((part, stretch))
        self._all = tuple(self._parts)
        self._columns = 0
        self._arrange(len(self._parts))

    def show_parts(self, are_shown: Sequence[bool]) -> None:
        """Show some of the fields; one value for each field."""
        shown = [one for one, is_shown in zip(self._all, are_shown, strict=True) if is_shown]
        if shown == self._parts:
            return
        for part, _ in self._all:
            self._grid.removeWidget(part)
        for column in range(len(self._all)):
            self._grid.setColumnStretch(column, 0)
        for one in self._all:
            one[0].setVisible(one in shown)
        is_wide = not self.is_narrow
        self._parts, self._columns = shown, 0
        self._arrange(len(shown) if is_wide else self._narrow)

    @property
    def is_narrow(self) -> bool:
        return self._columns < len(self._parts)

    @property
    def one_line_px(self) -> int:
        """The width of all fields in one line."""
        return self._needed_px(len(self._parts))

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        return QSize(self._needed_px(self._narrow), self._grid.minimumSize().height())

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.one_line_px <= self.width()
        self._arrange(len(self._parts) if is_wide else self._narrow)

    @property
    def _narrow(self) -> int:
        """The number of fields in each of two lines."""
        return (len(self._parts) + 1) // 2

    def _needed_px(self, columns: int) -> int:
        widths = [0] * columns
        for number, (part, _) in enumerate(self._parts):
            at = number % columns
            widths[at] = max(widths[at], part.minimumSizeHint().width(), part.minimumWidth())
        return sum(widths) + self._grid.horizontalSpacing() * (columns - 1)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        last = len(self._parts) - 1
        for number, (part, stretch) in enumerate(self._parts):
            row, column = divmod(number, columns)
            span = columns - column if number == last else 1  # no gap at the end
            self._grid.removeWidget(part)
            self._grid.addWidget(part, row, column, 1, span)
            self._grid.setColumnStretch(number, stretch if number < columns else 0)
        self.updateGeometry()


def _holding(layout: QLayout, parent: QWidget) -> QWidget:
    holder = QWidget(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(layout)
    return holder
