"""A sound of any length that stays in its file and is read from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.core.clip import AudioClip

BLOCK_S = 15.0  # read at once
SAMPLE_TYPE = np.dtype("<f4")


@dataclass(frozen=True, eq=False)
class MappedClip(AudioClip):
    """samples: mapped from ``path``, which holds them as 32-bit floats after ``offset`` bytes; the
    operating system reads the parts that are used. Their writer has checked that they are
    finite."""

    path: Path = Path()
    offset: int = 0

    def __post_init__(self) -> None:
        """Skip the check of all samples, which would read the whole file."""

    @classmethod
    def of(
        cls, path: Path, offset: int, frames: int, channels: int, sample_rate: int
    ) -> MappedClip:
        """Raises OSError."""
        samples = np.memmap(path, SAMPLE_TYPE, "r", offset, (frames, channels))
        return cls(samples, sample_rate, path, offset)

    def blocks(self) -> Iterator[AudioClip]:
        """The sound piece by piece, read from the file without mapping it. Raises OSError."""
        frames = round(BLOCK_S * self.sample_rate)
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for begin in range(0, len(self.samples), frames):
                count = min(frames, len(self.samples) - begin)
                read = np.fromfile(file, SAMPLE_TYPE, count * self.channels)
                yield AudioClip(read.reshape(-1, self.channels), self.sample_rate)
