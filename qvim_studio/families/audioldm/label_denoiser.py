"""UNets that take one vector in place of a class label, like AudioLDM's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from qvim_studio.diffusion.denoiser import Conditions

if TYPE_CHECKING:
    from qvim_studio.families.audioldm.control import AnyUnet
    from qvim_studio.memory.graphs import ReplayedUnet


@dataclass(frozen=True, eq=False)
class LabelCondition:
    """labels: (batch, dim) unit vectors. controls: (batch, channels, frames, bins), channels that
    the UNet takes beside the latents; None for a UNet without any."""

    labels: torch.Tensor
    controls: torch.Tensor | None = None

    def joined(self, other: LabelCondition) -> LabelCondition:
        controls = None
        if self.controls is not None and other.controls is not None:
            controls = torch.cat([self.controls, other.controls])
        return LabelCondition(torch.cat([self.labels, other.labels]), controls)


LabelConditions = Conditions[LabelCondition]


def label_conditions(
    wanted: torch.Tensor, unwanted: torch.Tensor, controls: torch.Tensor | None = None
) -> LabelConditions:
    """Conditions of one batch; controls are in both, so that guidance sharpens the kind of sound
    and not its timing."""
    return Conditions(LabelCondition(wanted, controls), LabelCondition(unwanted, controls))


class LabelDenoiser:
    """Computes in the UNet's precision and returns the precision of the latents."""

    def __init__(self, unet: AnyUnet | ReplayedUnet) -> None:
        self.unet = unet

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: LabelCondition
    ) -> torch.Tensor:
        given, dtype = latents, self.unet.dtype
        if condition.controls is not None:
            given = torch.cat([latents, condition.controls.to(latents.dtype)], dim=1)
        noise_pred = self.unet(
            given.to(dtype),
            timestep,
            encoder_hidden_states=None,
            class_labels=condition.labels.to(dtype),
            return_dict=False,
        )[0]
        return noise_pred.to(latents.dtype)
