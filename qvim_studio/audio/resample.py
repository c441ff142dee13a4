"""Sample-rate conversion by soxr."""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.core.clip import AudioClip, without_offset


def resample(clip: AudioClip, sample_rate: int) -> AudioClip:
    """The clip at another rate, all channels."""
    if clip.sample_rate == sample_rate:
        return clip
    converted = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="HQ")
    return AudioClip(np.ascontiguousarray(converted, dtype=np.float32), sample_rate)


def mono_at(clip: AudioClip, sample_rate: int) -> np.ndarray:
    """All channels as one (see ``AudioClip.mono``), without a constant offset, at another rate:
    float32 of shape (frames,)."""
    mono = AudioClip.from_mono(without_offset(clip.mono()), clip.sample_rate)
    return resample(mono, sample_rate).samples[:, 0]


def stereo_at(clip: AudioClip, sample_rate: int) -> np.ndarray:
    """Two channels at another rate, float32 of shape (frames, 2). A clip with another number of
    channels becomes mono on both sides."""
    if clip.channels == 2:
        return resample(clip, sample_rate).samples
    return np.repeat(mono_at(clip, sample_rate)[:, None], 2, axis=1)
