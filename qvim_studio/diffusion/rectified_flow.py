"""Sampling of rectified flows: levels of noise, Euler's method, ping-pong and guidance.

``x = (1 - sigma) * clean + sigma * noise``, and the network predicts the velocity
``noise - clean`` (Liu et al., "Flow Straight and Fast", 2022, eq. 1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch

Velocity = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
OnStep = Callable[[], None]
Draw = Callable[[], torch.Tensor]

# Half of Stable Audio 3's schedule lies above a level of 0.89: log-SNR at its begin and end, as the
# published code has them ("Stable Audio 3", arXiv 2605.17991).
LOG_SNR_BEGIN, LOG_SNR_END = -6.2, 2.0


def level_at(share: float) -> float:
    """The level of noise at which ``share`` of the schedule lies ahead; 1 is noise alone."""
    if share >= 1.0:
        return 1.0
    log_snr = LOG_SNR_END - share * (LOG_SNR_END - LOG_SNR_BEGIN)
    return 1.0 / (1.0 + math.exp(log_snr))


def noise_levels(steps: int, share: float = 1.0) -> list[float]:
    """Levels from the begin of the last ``share`` of the schedule to 0: steps + 1 of them.

    They fall in even steps of log-SNR. The published code begins at the wanted level and then
    rises above it, so that ping-pong forgets the sound it began with.
    """
    levels = [level_at(share * (steps - number) / steps) for number in range(steps)]
    return [*levels, 0.0]


def noised(clean: torch.Tensor, noise: torch.Tensor, level: float) -> torch.Tensor:
    """The latents that a sampler begins with at this level."""
    return (1.0 - level) * clean + level * noise


def sample_ping_pong(
    velocity: Velocity,
    latents: torch.Tensor,
    levels: list[float],
    draw: Draw,
    on_step: OnStep,
) -> torch.Tensor:
    """Latents (batch, channels, frames) at the first level → clean ones.

    Each step goes all the way to the expected clean latents and back to the next level with new
    noise (Song et al., "Consistency Models", 2023, algorithm 1). draw: noise of the latents' shape;
    it is called in the last step as well, as the published sampler does. on_step: after each step;
    raises to stop.
    """
    for level, following in pairwise(levels):
        clean = latents - level * velocity(latents, _of_rows(level, latents))
        latents = noised(clean, draw(), following)
        on_step()
    return latents


def sample_euler(
    velocity: Velocity, latents: torch.Tensor, levels: list[float], on_step: OnStep
) -> torch.Tensor:
    """As sample_ping_pong, but along the velocity itself, so no noise is drawn."""
    for level, following in pairwise(levels):
        latents = latents + (following - level) * velocity(latents, _of_rows(level, latents))
        on_step()
    return latents


def guided(
    latents: torch.Tensor,
    level: torch.Tensor,
    wanted: torch.Tensor,
    unwanted: torch.Tensor,
    weight: float,
    projection: float,
) -> torch.Tensor:
    """The velocity under classifier-free guidance (Ho & Salimans 2022, eq. 6).

    wanted, unwanted: velocities (batch, channels, frames). projection: share of the change along
    the expected clean latents that is left out, 0 for plain guidance; 1 keeps high weights from
    oversaturating (Sadat et al., "Eliminating Oversaturation", 2024, eq. 8).
    """
    change = wanted - unwanted
    if projection:
        clean = latents - level[:, None, None] * wanted
        direction = clean / clean.norm(dim=(1, 2), keepdim=True).clamp_min(1e-8)
        along = (change * direction).sum(dim=(1, 2), keepdim=True) * direction
        change = change - projection * along
    return wanted + (weight - 1.0) * change


def _of_rows(level: float, latents: torch.Tensor) -> torch.Tensor:
    return torch.full((len(latents),), level, device=latents.device, dtype=latents.dtype)
