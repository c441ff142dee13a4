"""A button that says less where there is little room."""

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
    """terse: stands for the whole text where that has no room; "" leaves the icon alone."""

    def __init__(self, text: str, parent: QWidget, terse: str = "") -> None:
        super().__init__(text, parent)
        self._terse = terse
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What is shown: as much as there is room for."""
        return super().text() if self.width() >= self.sizeHint().width() else self._terse

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        spared = metrics.horizontalAdvance(super().text()) - metrics.horizontalAdvance(self._terse)
        return self.sizeHint() - QSize(max(spared, 0), 0)

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
