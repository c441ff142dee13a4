"""The studio program as it is, telling on stdout what it shows: JSON lines, one per change.

Run as a module; whoever reads drives it from outside, through its window.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from PySide6.QtCore import QPoint, QTimer, Slot

import qvim_studio.app as app
from qvim_studio.ui.window.main_window import MainWindow

LOOK_MS = 30


class ReportingWindow(MainWindow):
    """Looks at itself from time to time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._written = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tell)
        self._timer.start(LOOK_MS)

    @Slot()
    def _tell(self) -> None:
        line = json.dumps(self._state())
        if line != self._written:
            self._written = line
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def _state(self) -> dict[str, Any]:
        imitation, view = self.controller.imitation, self.candidates.view
        places = [
            view.viewport().mapToGlobal(view.visualRect(view.model().index(row, 0)).center())
            for row in range(view.model().rowCount())
        ]
        return {
            "ready": self.isActiveWindow() and self.imitation.bar.record_button.isEnabled(),
            "microphone": self.imitation.bar.microphone.currentText(),
            "recording": self._services.recording.state.value,
            "recorded": self.imitation.take_head.time.text(),
            "imitation": None if imitation is None else str(imitation.path),
            "candidates": [str(entry.path) for entry in self.candidates.shown],
            "starred": [str(e.path) for e in self.candidates.shown if e.is_starred],
            "places": [_on_screen(place) for place in places],
            "heard": self._services.playback.playing.key,
            "at_s": self._services.playback.playing.position_s,
            "progress": self.request.progress.text,
            "messages": self.messages.text if self.messages.isVisible() else "",
        }


def _on_screen(place: QPoint) -> tuple[int, int]:
    return place.x(), place.y()


if __name__ == "__main__":
    app.MainWindow = ReportingWindow
    sys.exit(app.main(sys.argv[1:]))
