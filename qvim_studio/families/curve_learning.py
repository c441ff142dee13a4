"""The interface of families whose UNet ``train control`` can teach to follow curves.

Families with the method ``curve_learner`` have such a UNet; the others use another kind of network.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch

    from qvim_studio.checkpoints.checkpoint import Checkpoint
    from qvim_studio.memory.compute_plan import ComputePlan


class CurveLearner(ABC):
    """A UNet to which layers for curves are added (families.audioldm.control), and its call in
    training. scheduler_config: of the noise schedule of its training."""

    def __init__(self, unet: Any, scheduler_config: Mapping[str, Any]) -> None:
        self.unet = unet
        self.scheduler_config = scheduler_config

    def to(self, device: torch.device) -> None:
        """Move the networks of ``predict`` to a device."""
        self.unet.to(device)

    @abstractmethod
    def predict(
        self,
        noisy: torch.Tensor,
        timesteps: torch.Tensor,
        conditions: torch.Tensor,
        is_dropped: torch.Tensor,
    ) -> torch.Tensor:
        """The UNet's prediction, (batch, latent channels, frames, bins).

        noisy: latents followed by the curves, as the UNet takes them. conditions: (batch, 512) of
        unit norm, in the space of the checkpoint's CLAP. is_dropped: (batch,), rows that get the
        empty condition.
        """


@runtime_checkable
class LearnsCurves(Protocol):
    """A Family whose checkpoints can be taught to follow curves."""

    id: str

    def curve_learner(self, checkpoint: Checkpoint, plan: ComputePlan) -> CurveLearner:
        """The checkpoint's UNet without curves of an earlier training. Raises CheckpointError
        naming what is missing or damaged."""
        ...
