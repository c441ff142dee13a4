"""AudioLDM's UNet in the training that teaches it to follow curves."""

from __future__ import annotations

import torch

from qvim_studio.families.audioldm.parts import AudioLdmParts
from qvim_studio.families.curve_learning import CurveLearner


class LabelCurveLearner(CurveLearner):
    """See CurveLearner."""

    def __init__(self, parts: AudioLdmParts) -> None:
        super().__init__(parts.unet, parts.scheduler_config)

    def predict(
        self,
        noisy: torch.Tensor,
        timesteps: torch.Tensor,
        conditions: torch.Tensor,
        is_dropped: torch.Tensor,
    ) -> torch.Tensor:
        """See CurveLearner. Dropped conditions are replaced by the vector of no words."""
        del is_dropped
        return self.unet(noisy, timesteps, encoder_hidden_states=None, class_labels=conditions)[0]
