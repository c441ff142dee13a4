"""A button for something that nobody wants twice at once."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton


class PressButton(QPushButton):
    """Counts a double click as one press."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
