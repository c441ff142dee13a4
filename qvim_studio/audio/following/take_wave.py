"""The waveform of a take while it grows: one minimum and maximum every 10 ms."""

from __future__ import annotations

import numpy as np

COLUMN_S = 0.01


class TakeWave:
    """Columns are only appended, so another thread may read ``columns`` meanwhile."""

    def __init__(self, sample_rate: int, max_s: float) -> None:
        self._width = round(COLUMN_S * sample_rate)
        self._columns = np.zeros((round(max_s / COLUMN_S), 2), dtype=np.float32)
        self._count = 0
        self._rest = np.zeros(0, dtype=np.float32)

    @property
    def columns(self) -> np.ndarray:
        """(columns so far, 2) float32: minima and maxima."""
        return self._columns[: self._count]

    def add(self, samples: np.ndarray) -> None:
        """Append mono samples (frames,)."""
        samples = np.concatenate((self._rest, samples))
        first = self._count
        count = min(len(samples) // self._width, len(self._columns) - first)
        whole = samples[: count * self._width].reshape(count, self._width)
        if count:
            self._columns[first : first + count, 0] = whole.min(axis=1)
            self._columns[first : first + count, 1] = whole.max(axis=1)
        self._rest = samples[count * self._width :]
        self._count = first + count
