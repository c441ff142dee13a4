"""Sample-rate conversion by soxr."""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.core.clip import AudioClip


def resample(clip: AudioClip, sample_rate: int) -> AudioClip:
    """The clip at another rate, all channels."""
    if clip.sample_rate == sample_rate:
        return clip
    converted = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="HQ")
    return AudioClip(np.ascontiguousarray(converted, dtype=np.float32), sample_rate)


def mono_at(clip: AudioClip, sample_rate: int) -> np.ndarray:
    """The mean of all channels at another rate, float32 of shape (frames,)."""
    return resample(AudioClip.from_mono(clip.mono(), clip.sample_rate), sample_rate).samples[:, 0]
