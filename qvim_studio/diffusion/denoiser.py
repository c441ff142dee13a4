"""The interface between the sampling loop and a network, with the conditions of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import torch

if TYPE_CHECKING:
    from typing_extensions import Self


class Condition(Protocol):
    """The condition of one batch: tensors whose first dimension is the batch."""

    def joined(self, other: Self) -> Self:
        """One batch of this condition followed by the other."""
        ...


AnyCondition = TypeVar("AnyCondition", bound=Condition)
AskedCondition = TypeVar("AskedCondition", bound=Condition, contravariant=True)


class Denoiser(Protocol[AskedCondition]):
    """A network with its own kind of condition; the loop uses nothing else of it."""

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: AskedCondition
    ) -> torch.Tensor:
        """The prediction for noisy latents, of their shape and precision.

        latents: (batch, channels, ...). timestep: (), on the device of the latents.
        """
        ...


@dataclass(frozen=True, eq=False)
class Conditions(Generic[AnyCondition]):
    """The wanted and the unwanted condition of one batch (Ho & Salimans 2022).

    unwanted: the condition of no words, or of the negative text.
    """

    wanted: AnyCondition
    unwanted: AnyCondition


def guided(
    denoise: Denoiser[AnyCondition],
    latents: torch.Tensor,
    timestep: torch.Tensor,
    conditions: Conditions[AnyCondition],
    guidance: float,
    guidance_passes: int = 1,
) -> torch.Tensor:
    """The prediction under classifier-free guidance (Ho & Salimans 2022, eq. 6).

    guidance: 1 skips the pass of the unwanted condition. guidance_passes: 2 computes the two
    conditions one after the other, in half the memory.
    """
    if guidance == 1.0:
        return denoise(latents, timestep, conditions.wanted)
    if guidance_passes == 2:
        unwanted = denoise(latents, timestep, conditions.unwanted)
        wanted = denoise(latents, timestep, conditions.wanted)
    else:
        both = conditions.unwanted.joined(conditions.wanted)
        unwanted, wanted = denoise(torch.cat([latents, latents]), timestep, both).chunk(2)
    return unwanted + guidance * (wanted - unwanted)
