"""A button that ignores a second click in quick succession."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton


class PressButton(QPushButton):
    """A button for which a double click counts as one press."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
