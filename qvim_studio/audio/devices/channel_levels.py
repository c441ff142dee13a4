"""The levels of every channel of an open microphone, while it is open and for each take."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.levels import to_dbfs
from qvim_studio.core.program.device_key import MIX, DeviceKey

NEWEST_LOOKS = 3  # as for the chosen channel: blocks arrive more often than the meter reads
EARLIER_LOOKS = 25  # half a second of looks: what was heard before a take began belongs to it
MAX_BLOCKS = 20_000  # of 5 ms: should nobody look for 10 s
# A microphone at a usable gain is 30 dB above this even where its owner whispers; an input with no
# microphone, or one without its phantom power, stays below.
SILENT_TAKE_DBFS = -60.0
AUDIBLE_DBFS = -50.0


def pick_channel(block: np.ndarray, channel: int) -> np.ndarray:
    """(frames, channels) → (frames, 1): the channel of that number from 1, or MIX, the mean of
    all; the last one where the device has fewer."""
    if channel == MIX:
        return block.mean(axis=1, keepdims=True)
    first = min(channel, block.shape[1]) - 1
    return block[:, first : first + 1]


class ChannelLevels:
    """Peaks of all channels; ``add`` belongs to PortAudio's thread, the rest to the recorder's."""

    def __init__(self) -> None:
        self._blocks: deque[np.ndarray] = deque(maxlen=MAX_BLOCKS)
        self._looks: deque[np.ndarray] = deque(maxlen=EARLIER_LOOKS)
        self._take: np.ndarray | None = None

    def add(self, block: np.ndarray) -> None:
        """Measure (frames, channels)."""
        self._blocks.append(np.abs(block).max(axis=0, initial=0.0))

    def look(self, gain_db: float) -> None:
        """Add what was measured since the last call, with the recording's gain."""
        blocks = [self._blocks.popleft() for _ in range(len(self._blocks))]
        if not blocks:
            return
        peaks = np.nan_to_num(np.max(blocks, axis=0)) * 10 ** (gain_db / 20)
        self._looks.append(peaks)
        if self._take is not None:
            self._take = np.maximum(self._take, peaks)

    def begin_take(self) -> None:
        """Begin a take, which includes the last half second."""
        self._take = np.max(self._looks, axis=0) if self._looks else None

    @property
    def newest_db(self) -> tuple[float, ...]:
        """The newest peaks in dBFS, by channel; empty before the first."""
        newest = tuple(self._looks)[-NEWEST_LOOKS:]
        return _to_db(np.max(newest, axis=0)) if newest else ()

    @property
    def take_peaks_db(self) -> tuple[float, ...]:
        """The peaks of the whole take in dBFS, by channel."""
        return () if self._take is None else _to_db(self._take)


@dataclass(frozen=True)
class TakeLevels:
    """The levels of a take and the microphone that it came from.

    device, title: the microphone, and its name as people read it. channel: what was recorded, see
    InputChoice. peak_db: of the take. channel_peaks_db: of every input meanwhile.
    """

    device: DeviceKey
    title: str
    channel: int
    peak_db: float
    channel_peaks_db: tuple[float, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the take holds nothing but the noise of an empty input."""
        return self.peak_db < SILENT_TAKE_DBFS

    @property
    def sounding_channels(self) -> tuple[int, ...]:
        """The other inputs that had a signal, the loudest first."""
        levels = dict(enumerate(self.channel_peaks_db, 1))
        levels.pop(self.channel, None)
        sounding = [number for number, level_db in levels.items() if level_db > AUDIBLE_DBFS]
        return tuple(sorted(sounding, key=lambda number: -levels[number]))


def _to_db(peaks: np.ndarray) -> tuple[float, ...]:
    return tuple(to_dbfs(float(peak)) for peak in peaks)
