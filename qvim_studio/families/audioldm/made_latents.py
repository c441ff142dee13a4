"""Chooses the latents of an edited sound that are replaced: frames of its parts, and bins above a
frequency.

The last dimension of the latents is frequency. Replacing only the highs is the zero-shot
super-resolution of AudioLDM (Liu et al. 2023, section 3.4).
"""

from __future__ import annotations

import torch

from qvim_studio.families.audioldm.sizes import LATENT_STEP_S, MEL_PER_LATENT
from qvim_studio.families.protocol import Kept
from qvim_studio.networks.mel import FMAX_HZ, MelSpectrogram

EDGE_S = 1e-6  # times that differ by less are the same


def made_mask(kept: Kept, frames: int, *, holds_silence: bool = False) -> torch.Tensor:
    """(1, 1, frames, bins) bool, True where latents are made; one bin stands for all without a
    frequency.

    holds_silence: whether the time after the end of the sound stays silent unless a part reaches
    it."""
    is_made = made_frames(kept, frames)
    end_s = kept.sound.duration_s
    if holds_silence and kept.parts_s[-1][1] < end_s - EDGE_S:
        is_made &= torch.arange(frames, dtype=torch.float64) * LATENT_STEP_S < end_s - EDGE_S
    return is_made[None, None, :, None] & high_bins(kept.above_hz)


def made_frames(kept: Kept, frames: int) -> torch.Tensor:
    """(frames,) bool: the latent frames that touch a part, and those after the end of the sound,
    where there is nothing to keep."""
    begin_s = torch.arange(frames, dtype=torch.float64) * LATENT_STEP_S
    end_s = begin_s + LATENT_STEP_S
    is_made = end_s > kept.sound.duration_s + EDGE_S
    for part_begin_s, part_end_s in kept.parts_s:
        is_made |= (end_s > part_begin_s + EDGE_S) & (begin_s < part_end_s - EDGE_S)
    return is_made


def high_bins(above_hz: float | None) -> torch.Tensor:
    """(bins,) bool: the latent bins that hold anything above a frequency; (1,) for None: all."""
    return torch.ones(1, dtype=torch.bool) if above_hz is None else band_ends_hz() > above_hz


def band_ends_hz() -> torch.Tensor:
    """(bins,): the frequency at which the weight of each latent bin's highest mel band ends."""
    basis = MelSpectrogram().basis  # (frequencies, bands) up to half the sample rate
    frequencies = torch.linspace(0.0, FMAX_HZ, len(basis))
    ends = torch.stack([frequencies[band > 0].max() for band in basis.T])
    return ends.reshape(-1, MEL_PER_LATENT).amax(dim=1)
