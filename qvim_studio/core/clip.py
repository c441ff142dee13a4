"""A piece of audio in memory: the one form in which sound travels between floors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class AudioClip:
    """Samples with their rate.

    samples: float32, shape (frames, channels), nominal range -1..1, finite.
    sample_rate: Hz.
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                "samples must be float32 of shape (frames, channels), "
                f"got {self.samples.dtype} of shape {self.samples.shape}"
            )
        if self.sample_rate <= 0:
            raise ValueError(f"sample_rate must be positive, got {self.sample_rate}")
        if not np.isfinite(self.samples).all():
            raise ValueError("samples must be finite")

    @classmethod
    def from_mono(cls, samples: np.ndarray, sample_rate: int) -> AudioClip:
        """Clip of one channel from a (frames,) array of any float type."""
        return cls(np.ascontiguousarray(samples, dtype=np.float32)[:, None], sample_rate)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.sample_rate

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def mono(self) -> np.ndarray:
        """The mean of all channels, float32 of shape (frames,); not to be written to."""
        if self.channels == 1:
            return self.samples[:, 0]  # ten minutes of it are not copied for nothing
        return self.samples.mean(axis=1, dtype=np.float32)
