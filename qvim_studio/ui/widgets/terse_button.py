"""A button with a short text, or its icon alone, for narrow rows."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from qvim_studio.ui.widgets.override import logs_errors


class TerseButton(QPushButton):
    """Shows a short text, or its icon alone, if there is no room for the whole text."""

    def __init__(self, text: str, parent: QWidget, terse: str = "") -> None:
        """terse: the short text; "" leaves the icon alone."""
        super().__init__(text, parent)
        self._terse = terse
        self._is_terse = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The shown text, which depends on the room."""
        has_room = not self._is_terse and self.width() >= self.sizeHint().width()
        return super().text() if has_room else self._terse

    def set_terse(self, is_terse: bool) -> None:
        """Request no more room than the short text needs. Rows call this if the whole text does not
        fit; a button squeezed by a layout would keep some of its room."""
        if is_terse != self._is_terse:
            self._is_terse = is_terse
            self.updateGeometry()
            self.update()

    @property
    def spared_px(self) -> int:
        """The difference in width between the whole and the short text."""
        return max(self._text_px(super().text()) - self._text_px(self._terse), 0)

    @logs_errors(returns=QSize())
    def sizeHint(self) -> QSize:
        return self._whole_size() - QSize(self.spared_px if self._is_terse else 0, 0)

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        return self._whole_size() - QSize(self.spared_px, 0)

    def _whole_size(self) -> QSize:
        return super().sizeHint()

    def _text_px(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    @logs_errors()
    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.text()
        lacking = self.minimumSizeHint().width() - self.width()
        if lacking > 0:
            room = self._text_px(option.text) - lacking
            option.text = self.fontMetrics().elidedText(
                option.text, Qt.TextElideMode.ElideRight, room
            )
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()
