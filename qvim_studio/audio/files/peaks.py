"""Minima and maxima of stretches of sound, which a waveform view draws at any zoom."""

from __future__ import annotations

import numpy as np

BASE_BLOCK = 32  # samples in a column of the finest stored level; finer columns read the samples
LEVEL_FACTOR = 4
MIN_BLOCKS_PER_COLUMN = 8  # a column may reach over its edges by an eighth, which is not seen


class PeakPyramid:
    """Stored minima and maxima at several zoom levels of one mono sound.

    Ten minutes at 48 kHz take a fifth of a second to build; drawing then reads only as many
    values as there are columns.
    """

    def __init__(self, samples: np.ndarray) -> None:
        """samples: float32 (frames,)."""
        self.frames = len(samples)
        self._levels = [(1, samples, samples)]
        block, low, high = BASE_BLOCK, *_reduce(samples, samples, BASE_BLOCK)
        while len(low) > 1:
            self._levels.append((block, low, high))
            low, high = _reduce(low, high, LEVEL_FACTOR)
            block *= LEVEL_FACTOR

    def columns(self, start: float, stop: float, count: int) -> np.ndarray:
        """(count, 2) float32: minimum and maximum of each of ``count`` equal stretches of the
        frames start..stop; zeros outside the sound."""
        columns = np.zeros((count, 2), dtype=np.float32)
        edges = np.linspace(start, stop, count + 1)
        per_column = (stop - start) / max(count, 1)
        block, low, high = next(
            level
            for level in reversed(self._levels)
            if level[0] == 1 or level[0] * MIN_BLOCKS_PER_COLUMN <= per_column
        )
        first = np.floor(edges[:-1] / block).astype(np.int64)
        last = np.maximum(np.ceil(edges[1:] / block).astype(np.int64), first + 1)
        inside = np.flatnonzero((first < len(low)) & (last > 0))
        if not len(inside):
            return columns
        first = np.clip(first[inside], 0, len(low) - 1)
        last = np.clip(last[inside], first + 1, len(low))
        # reduceat wants pairs of begin and end; the sentinel keeps "end == length" legal
        pairs = np.stack((first, last), axis=1).ravel()
        columns[inside, 0] = np.minimum.reduceat(np.append(low, 0.0), pairs)[::2]
        columns[inside, 1] = np.maximum.reduceat(np.append(high, 0.0), pairs)[::2]
        return columns


def overview(samples: np.ndarray, count: int) -> np.ndarray:
    """(count, 2) minima and maxima of a whole mono sound, scaled so that its peak is 1."""
    columns = PeakPyramid(samples).columns(0, len(samples), count)
    peak = float(np.abs(columns).max(initial=0.0))
    return columns / peak if peak > 0 else columns


def _reduce(low: np.ndarray, high: np.ndarray, factor: int) -> tuple[np.ndarray, np.ndarray]:
    starts = np.arange(0, len(low), factor)
    if not len(starts):
        return low, high
    return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
