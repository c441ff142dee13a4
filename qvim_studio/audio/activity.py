"""Finds the most active part of a sound that is too long to be heard whole."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip

HOP_S = 0.1
AS_ACTIVE = 0.9  # of the greatest energy: where a sound begins as active, its beginning is heard


def most_active(clip: AudioClip, seconds: float, tail_s: float = 0.0) -> AudioClip:
    """The stretch of ``seconds`` with the most energy, or the beginning if that has about as much,
    with up to ``tail_s`` of what follows. A shorter clip is returned as it is."""
    hop = max(1, round(HOP_S * clip.sample_rate))
    hops = round(seconds / HOP_S)
    if len(clip.samples) <= round(seconds * clip.sample_rate):
        return clip
    whole = clip.samples - clip.samples.mean(axis=0, dtype=np.float64).astype(np.float32)
    energies = np.add.reduceat(
        np.square(whole).sum(axis=1, dtype=np.float64), np.arange(0, len(whole), hop)
    )
    until = np.concatenate([[0.0], np.cumsum(energies)])
    sums = until[hops:] - until[: len(until) - hops]
    first = 0 if sums[0] >= AS_ACTIVE * sums.max() else hop * int(np.argmax(sums))
    last = first + round((seconds + tail_s) * clip.sample_rate)
    return AudioClip(np.ascontiguousarray(clip.samples[first:last]), clip.sample_rate)
