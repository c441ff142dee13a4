"""A buffer between the sound card's thread and one reader, without locks or allocation."""

from __future__ import annotations

import numpy as np


class RingBuffer:
    """Frames of float32 from one writing thread to one reading thread.

    Each side moves only its own counter, so neither ever waits for the other. If the reader is too
    slow, the newest frames are dropped and counted.
    """

    def __init__(self, capacity_frames: int, channels: int) -> None:
        self._frames = np.zeros((capacity_frames, channels), dtype=np.float32)
        self._written = 0
        self._read = 0
        self._dropped = 0

    @property
    def dropped_frames(self) -> int:
        return self._dropped

    def write(self, block: np.ndarray) -> None:
        """Append ``block`` (frames, channels); called by the writing thread only."""
        capacity = len(self._frames)
        count = min(len(block), capacity - (self._written - self._read))
        self._dropped += len(block) - count
        start = self._written % capacity
        first = min(count, capacity - start)
        self._frames[start : start + first] = block[:first]
        self._frames[: count - first] = block[first:count]
        self._written += count

    def read(self) -> np.ndarray:
        """All unread frames as a new array (frames, channels); called by the reading thread
        only."""
        capacity = len(self._frames)
        count = self._written - self._read
        start = self._read % capacity
        first = min(count, capacity - start)
        block = np.concatenate((self._frames[start : start + first], self._frames[: count - first]))
        self._read += count
        return block
