"""Opens with a sound and closes after it, which gives takes without a key press."""

from __future__ import annotations

from dataclasses import dataclass, field

OPEN_S = 0.02  # loud for this long: a mouse click alone does not begin a take
HOLD_S = 0.7  # quiet for this long ends a take: "woof … woof" stays one
HYSTERESIS_DB = 6.0  # the level that keeps the gate open lies this far below the one that opens it


@dataclass
class VoiceGate:
    """threshold_db: the RMS level in dBFS that opens the gate."""

    threshold_db: float
    is_open: bool = field(default=False, init=False)
    _since_s: float = field(default=0.0, init=False)

    def update(self, rms_db: float, seconds: float) -> bool:
        """Take in the next ``seconds`` at this level; returns whether the gate is open."""
        if self.is_open:
            is_turning = rms_db < self.threshold_db - HYSTERESIS_DB
            needed_s = HOLD_S
        else:
            is_turning = rms_db >= self.threshold_db
            needed_s = OPEN_S
        self._since_s = self._since_s + seconds if is_turning else 0.0
        if self._since_s >= needed_s - 1e-9:
            self.is_open = not self.is_open
            self._since_s = 0.0
        return self.is_open
