"""The cursor of a waveform: its place, and the selection that begins there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent

from qvim_studio.session.figures import filled, seconds_text

STEPS_PER_VIEW = 100  # presses of an arrow key from one edge to the other


@dataclass(frozen=True)
class WaveCursor:
    """Both in seconds of the sound. anchor_s: where the selection began, None without one."""

    at_s: float = 0.0
    anchor_s: float | None = None

    @property
    def selection(self) -> tuple[float, float] | None:
        """The selection between anchor and cursor, in order of time."""
        if self.anchor_s is None or self.anchor_s == self.at_s:
            return None
        return min(self.anchor_s, self.at_s), max(self.anchor_s, self.at_s)

    def moved(self, event: QKeyEvent, span_s: float, duration_s: float) -> WaveCursor | None:
        """The cursor after a key; None for a key that moves nothing. span_s: the visible duration.
        Shift keeps the anchor, so that the selection grows."""
        step_s = span_s / STEPS_PER_VIEW
        places = {
            Qt.Key.Key_Left: self.at_s - step_s,
            Qt.Key.Key_Right: self.at_s + step_s,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: duration_s,
        }
        shift, keypad = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key not in places or event.modifiers() & ~(shift | keypad):
            return None
        at_s = min(max(places[key], 0.0), duration_s)
        if not event.modifiers() & shift:
            return WaveCursor(at_s)
        return WaveCursor(at_s, self.at_s if self.anchor_s is None else self.anchor_s)


def spoken(
    duration_s: float | None,
    cursor: WaveCursor | None,
    selected: Sequence[tuple[float, float]],
    part: tuple[float, float] | None,
) -> str:
    """The words of a screen reader about a waveform. duration_s: None for an empty one."""
    if duration_s is None:
        return _translate("Empty")
    words = [seconds_text(duration_s)]
    if cursor is not None:
        words.append(filled(_translate("cursor at {0:.2f} s"), cursor.at_s))
    for begin_s, end_s in selected:
        words.append(filled(_translate("selected {0:.2f} to {1:.2f} s"), begin_s, end_s))
    if part is not None:
        words.append(filled(_translate("used {0:.2f} to {1:.2f} s"), *part))
    return ", ".join(words)


def _translate(text: str) -> str:
    return QCoreApplication.translate("WaveformView", text)
