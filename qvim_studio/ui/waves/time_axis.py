"""The stretch of time that several views show together: zoom and scroll."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent

MIN_SPAN_S = 0.01
ZOOM_STEP = 1.25
SCROLL_SHARE = 0.15  # of the view per notch of the wheel


class TimeAxis(QObject):
    """Shows first_s .. first_s + span_s of 0 .. total_s.

    Signal: changed (nothing).
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.total_s = 0.0
        self.first_s = 0.0
        self.span_s = 0.0

    @property
    def is_zoomed(self) -> bool:
        return self.span_s < self.total_s

    def set_total(self, total_s: float) -> None:
        """Set the whole duration; the zoom stays."""
        was_zoomed = self.is_zoomed
        self.total_s = total_s
        self._show(self.first_s, min(self.span_s, total_s) if was_zoomed else total_s)

    def show_all(self) -> None:
        self._show(0.0, self.total_s)

    def show_part(self, begin_s: float, end_s: float) -> None:
        self._show(begin_s, end_s - begin_s)

    def zoom(self, factor: float, around_s: float) -> None:
        """Enlarge by ``factor``; the moment ``around_s`` stays in its place."""
        span_s = min(max(self.span_s / factor, MIN_SPAN_S), self.total_s)
        share = (around_s - self.first_s) / self.span_s if self.span_s else 0.0
        self._show(around_s - share * span_s, span_s)

    def scroll(self, seconds: float) -> None:
        self._show(self.first_s + seconds, self.span_s)

    def turn(self, event: QWheelEvent, at_s: float) -> None:
        """Follow the mouse wheel: zoom around ``at_s``, or scroll if the wheel turns sideways or
        Shift is held."""
        delta = event.angleDelta()
        if delta.x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            notches = (delta.x() or delta.y()) / 120
            self.scroll(-notches * SCROLL_SHARE * self.span_s)
        elif delta.y():
            self.zoom(ZOOM_STEP ** (delta.y() / 120), at_s)

    def keep_in_view(self, seconds: float) -> None:
        """Turn the page if a playhead has left the view."""
        if self.is_zoomed and not self.first_s <= seconds <= self.first_s + self.span_s:
            self._show(seconds, self.span_s)

    def _show(self, first_s: float, span_s: float) -> None:
        first_s = min(max(first_s, 0.0), max(self.total_s - span_s, 0.0))
        if (first_s, span_s) != (self.first_s, self.span_s):
            self.first_s, self.span_s = first_s, span_s
            self.changed.emit()
