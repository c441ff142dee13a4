"""Mixes starting latents of two sounds, for families that denoise latents."""

from __future__ import annotations

from collections.abc import Callable

import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.diffusion.spherical import share_over_time, spherical_mix
from qvim_studio.families.protocol import Asked


def morphed(
    start: torch.Tensor, asked: Asked, sounding: int, encode: Callable[[AudioClip], torch.Tensor]
) -> torch.Tensor:
    """Clean latents (batch, channels, frames, ...) of a start, mixed as the request asks.

    sounding: the number of frames that hold the sound; silence or padding may follow. encode:
    returns the latents of a sound in the shape of the start.
    """
    morph = asked.morph
    if morph is None:
        return start
    frames = start.shape[2]
    share = (
        share_over_time(frames, sounding, morph.span)
        if morph.at is None
        else torch.full((frames,), float(morph.at))
    )
    return spherical_mix(start, encode(morph.second), share)
