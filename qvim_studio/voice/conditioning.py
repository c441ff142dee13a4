"""Mixes what the voice and what the words ask for."""

from __future__ import annotations

import torch

PARALLEL = 1e-4  # radians: below this angle two directions are one


def mix(voice: torch.Tensor | None, text: torch.Tensor | None, balance: float) -> torch.Tensor:
    """Spherical interpolation of two unit vectors (1, dim): balance 0 voice .. 1 text.

    Where only one is given it is taken as it is. Source: Shoemake, "Animating rotation with
    quaternion curves" (1985).
    """
    if voice is None or text is None:
        only = text if voice is None else voice
        if only is None:
            raise ValueError("neither voice nor text")
        return only
    cosine = (voice * text).sum(dim=-1, keepdim=True).clamp(-1.0, 1.0)
    angle = torch.arccos(cosine)
    if angle.max() < PARALLEL:
        return voice
    mixed = torch.sin((1 - balance) * angle) * voice + torch.sin(balance * angle) * text
    return torch.nn.functional.normalize(mixed, dim=-1)
