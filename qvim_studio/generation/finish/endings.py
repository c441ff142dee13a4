"""Ends a sound at the end of the followed sound, because models keep inventing material."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qvim_studio.audio.following.arranging import let_ring
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.families.protocol import Made


def ended(sound: Made, end: int, sample_rate: int, length: int | None) -> Made:
    """The sound up to frame ``end``, with a short decay after it.

    length: frames of the result, padded with silence; None adds no silence.
    """
    samples = sound.samples
    ends = [let_ring(channel, end, sample_rate) for channel in samples.T]
    if length is not None:
        ends = [fit_length(one, length) for one in ends]
    shorter, picture = np.stack(ends, axis=1), sound.picture
    if picture is not None:
        columns = -(-picture.shape[1] * len(shorter) // len(samples))
        picture = picture[:, :columns]
    return replace(sound, samples=shorter, picture=picture)
