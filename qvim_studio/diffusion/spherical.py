"""Mixes the latents of two sounds along the sphere on which latents lie."""

from __future__ import annotations

import torch

NEARLY_PARALLEL = 1e-4  # radians: for smaller angles the straight line replaces the arc
HELD_SHARE = 0.1  # share of a morph over time, at each end, that is one of the sounds alone


def spherical_mix(first: torch.Tensor, second: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Every frame of two latents (batch, channels, frames, ...) mixed by its share of the second.

    A frame's values are one vector: its direction goes along the arc between both (Shoemake 1985,
    "slerp"), its length along the line between their lengths. The plain mean of two unrelated
    vectors is shorter than either, which decodes as a quieter, duller sound. share: (frames,),
    0..1.
    """
    rows = [latents.transpose(1, 2).flatten(2) for latents in (first, second)]
    norms = [torch.linalg.vector_norm(row, dim=2, keepdim=True).clamp(min=1e-12) for row in rows]
    units = [row / norm for row, norm in zip(rows, norms, strict=True)]
    cosine = (units[0] * units[1]).sum(dim=2, keepdim=True).clamp(-1.0, 1.0)
    angle, weight = torch.acos(cosine), share.to(first)[None, :, None]
    is_flat = angle < NEARLY_PARALLEL
    sine = torch.where(is_flat, 1.0, torch.sin(angle)).clamp(min=1e-6)
    before = torch.where(is_flat, 1.0 - weight, torch.sin((1.0 - weight) * angle) / sine)
    after = torch.where(is_flat, weight, torch.sin(weight * angle) / sine)
    length = norms[0] * (1.0 - weight) + norms[1] * weight
    mixed = (before * units[0] + after * units[1]) * length
    frames_first = first.transpose(1, 2)
    return mixed.reshape(frames_first.shape).transpose(1, 2)


def share_over_time(
    frames: int, sounding: int, span: tuple[float, float] = (0.0, 1.0)
) -> torch.Tensor:
    """(frames,): 0 at the beginning, 1 from the end of ``sounding`` frames on, smooth between.

    span: begin and end of the sounding frames within the whole, 0..1.
    """
    begin, end = span
    place = begin + (end - begin) * torch.arange(frames) / max(sounding - 1, 1)
    ramp = ((place - HELD_SHARE) / (1.0 - 2.0 * HELD_SHARE)).clamp(0.0, 1.0)
    return 0.5 - 0.5 * torch.cos(torch.pi * ramp)
