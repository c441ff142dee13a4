"""Mixes the conditions of voice and words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

PARALLEL = 1e-4  # radians: a smaller angle counts as the same direction


@dataclass(frozen=True, eq=False)
class Wanted:
    """The conditions of voice and words: unit vectors (1, dim), None if not given. balance: 0 voice
    .. 1 text, if both are given."""

    voice: torch.Tensor | None
    text: torch.Tensor | None
    balance: float

    @property
    def vector(self) -> torch.Tensor:
        """(1, dim), unit norm. Raises ValueError if neither is given."""
        return mix(self.voice, self.text, self.balance)

    def led_to(self, sound: torch.Tensor, share: float) -> Wanted:
        """A copy whose voice is moved towards a sound (1, dim); share: 0 the voice .. 1 the sound.
        The words keep their weight."""
        if self.voice is None or not share:
            return self
        moved = torch.lerp(self.voice, sound, share)
        return replace(self, voice=torch.nn.functional.normalize(moved, dim=-1))


def mix(voice: torch.Tensor | None, text: torch.Tensor | None, balance: float) -> torch.Tensor:
    """Spherical interpolation of two unit vectors (1, dim): balance 0 voice .. 1 text.

    If only one is given, it is returned as it is. Source: Shoemake, "Animating rotation with
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
