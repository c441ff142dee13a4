"""What is larger than the screen or the window still shows everything."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

TITLE_BAR_PX = 40  # of the window manager, which takes it from the room of the screen


def resize_on_screen(window: QWidget, width: int, height: int) -> None:
    """The wanted size, or as much of it as the screen has room for."""
    room = window.screen().availableSize() - QSize(0, TITLE_BAR_PX)
    window.resize(QSize(width, height).boundedTo(room))


class Column(QScrollArea):
    """Panels on top of each other, filled into ``panels``; they scroll where there is too little
    height for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = QWidget(self)
        self.panels = QVBoxLayout(content)
        self.panels.setContentsMargins(0, 0, 0, 0)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        needed = self.widget().minimumSizeHint().width()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(needed + bar, super().minimumSizeHint().height())
