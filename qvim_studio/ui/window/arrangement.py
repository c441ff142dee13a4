"""Arranges the panels in the window and remembers the user's changes."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.splitter import HANDLE_PX, Splitter

WINDOW_SIZE = (1280, 860)
LIBRARY_PX = (336, 640)  # its designed width on narrow and on wide screens
LIBRARY_SHARE = 0.27  # of the window, between these
CANDIDATES_SHARE = 4 / 9  # of the height that remains beside the request


class Arrangement:
    """A column with the imitation above request and candidates, and the library beside it.

    Panels are created in their places, ``sounds``, ``below`` and ``columns``, and then ordered,
    because a panel that moves into another widget later is styled again with all its children.
    """

    def __init__(self, page: QWidget) -> None:
        self.columns = Splitter(Qt.Orientation.Horizontal, "columns", _library_width, page)
        self.column = Column(self.columns)
        self.sounds = Splitter(Qt.Orientation.Vertical, "sounds", self._height_below, page)
        self.column.panels.addWidget(self.sounds)
        self.below = QWidget(self.sounds)
        self._request: QWidget | None = None

    def order(self, imitation: QWidget, request: QWidget, candidates: QWidget) -> None:
        """Order the panels once all of them exist."""
        self._request = request
        self.sounds.insertWidget(0, imitation)
        panels = QVBoxLayout(self.below)
        panels.setContentsMargins(0, 0, 0, 0)
        panels.setSpacing(HANDLE_PX)
        panels.addWidget(request)
        panels.addWidget(candidates, 1)

    def _height_below(self, room: int) -> float:
        asked = HANDLE_PX + (0 if self._request is None else self._request.sizeHint().height())
        return asked + CANDIDATES_SHARE * max(room - asked, 0)


def keep_arrangement(window: QMainWindow, state: QSettings) -> None:
    """Store the size and position of the window and the borders that the user moved."""
    state.setValue("geometry", window.saveGeometry())
    for splitter in window.findChildren(Splitter):
        if splitter.share is not None:
            state.setValue(_key(splitter), splitter.share)


def restore_arrangement(window: QMainWindow, state: QSettings) -> None:
    for splitter in window.findChildren(Splitter):
        splitter.restore(state.value(_key(splitter)))
    geometry = state.value("geometry")
    if geometry is None or not window.restoreGeometry(geometry):
        resize_on_screen(window, *WINDOW_SIZE)


def _key(splitter: Splitter) -> str:
    return f"splitter/{splitter.objectName()}"


def _library_width(room: int) -> float:
    least, most = LIBRARY_PX
    return min(max(LIBRARY_SHARE * room, least), most)
