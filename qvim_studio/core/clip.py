"""A piece of audio in memory, in the form in which all floors exchange sound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

ACTIVE_DB = -40.0  # below the loudest channel: quieter ones hold crosstalk and noise
MIX_WINDOW_S = 0.2  # the channels of low, narrow sounds drift in phase within less
MIX_WINDOWS = 500  # that are looked at, at most: a sixth of ten minutes says enough
CANCELLED_SHARE = 0.25  # of the power that the mean of unrelated channels has: a loss of 6 dB
MAX_CANCELLED = 0.3  # of a clip's energy, before one channel alone stands for all
OFFSET_SHARE = 0.1  # of the RMS around it, from which on a constant offset is one to speak of


@dataclass(frozen=True)
class Mixing:
    """How channels become one. channels: the channels that hold sound. cancels: whether their mean
    would lose most of the sound because they are opposite to each other. loudest: the channel that
    then stands for all."""

    channels: tuple[int, ...]
    loudest: int
    cancels: bool


@dataclass(frozen=True, eq=False)
class AudioClip:
    """A sound in memory: samples with their rate.

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
        """A clip of one channel, from a (frames,) array of any float type."""
        return cls(np.ascontiguousarray(samples, dtype=np.float32)[:, None], sample_rate)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.sample_rate

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def mono(self) -> np.ndarray:
        """The mean of the channels that hold sound, or the loudest if they cancel each other:
        float32 (frames,), not to be written to."""
        if self.channels == 1:
            return self.samples[:, 0]  # ten minutes of it are not copied for nothing
        mixing = self.mixing
        if mixing.cancels or len(mixing.channels) < 2:
            return np.ascontiguousarray(self.samples[:, mixing.loudest])
        if len(mixing.channels) == self.channels:
            return self.samples.mean(axis=1, dtype=np.float32)
        return self.samples[:, list(mixing.channels)].mean(axis=1, dtype=np.float32)

    @cached_property
    def mixing(self) -> Mixing:
        """How the channels become one, see ``Mixing``; constant offsets do not count as sound."""
        if not self.samples.size:
            return Mixing((), 0, cancels=False)
        counts, sums, products = _moments(
            self.samples, max(1, round(MIX_WINDOW_S * self.sample_rate))
        )
        offsets = sums.sum(axis=0) / counts.sum()
        shifts = sums[:, :, None] * offsets
        squares = counts[:, None, None] * np.outer(offsets, offsets)
        around = products - shifts - shifts.swapaxes(1, 2) + squares
        power = np.diagonal(around, axis1=1, axis2=2).sum(axis=0)
        loudest = int(power.argmax())
        active = np.flatnonzero(power >= power[loudest] * 10 ** (ACTIVE_DB / 10))
        channels = tuple(int(channel) for channel in active)
        if len(channels) < 2 or power[loudest] <= 0.0:
            return Mixing(channels, loudest, cancels=False)
        around = around[:, active][:, :, active]
        window_power = np.diagonal(around, axis1=1, axis2=2).sum(axis=1)
        # The power of the sum of the channels, which for unrelated ones is the sum of their powers.
        is_cancelled = around.sum(axis=(1, 2)) < CANCELLED_SHARE * window_power
        share = window_power[is_cancelled].sum() / window_power.sum()
        return Mixing(channels, loudest, bool(share > MAX_CANCELLED))


def _moments(samples: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The statistics of windows of ``frames``, spread over the samples: lengths (windows,), sums
    (windows, channels), and products of all pairs of channels (windows, channels, channels)."""
    whole = len(samples) // frames
    windows = samples[: whole * frames].reshape(whole, frames, samples.shape[1])
    windows = windows[:: -(-whole // MIX_WINDOWS) or 1]
    rest = samples[whole * frames :][None]
    parts = [part for part in (windows, rest) if part.size]
    counts = [part.shape[1] for part in parts for _ in range(len(part))]
    sums = [np.ones((1, part.shape[1]), np.float32) @ part for part in parts]
    products = [part.swapaxes(1, 2) @ part for part in parts]
    return (
        np.array(counts, float),
        np.concatenate(sums)[:, 0].astype(float),
        np.concatenate(products).astype(float),
    )


def without_offset(samples: np.ndarray) -> np.ndarray:
    """Mono samples without their constant offset, if it is large compared with the sound."""
    offset = float(samples.mean(dtype=np.float64)) if len(samples) else 0.0
    if not has_offset(samples, offset):
        return samples
    return (samples - offset).astype(samples.dtype)


def has_offset(samples: np.ndarray, offset: float) -> bool:
    """Whether the constant offset of mono samples is large compared with the sound around it."""
    if not len(samples) or offset == 0.0:
        return False
    rms = float(np.sqrt(np.einsum("i,i->", samples, samples, dtype=np.float64) / len(samples)))
    return bool(abs(offset) > OFFSET_SHARE * np.sqrt(max(rms**2 - offset**2, 0.0)))
