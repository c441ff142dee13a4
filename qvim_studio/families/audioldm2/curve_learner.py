"""AudioLDM 2's UNet in the training that teaches it to follow curves."""

from __future__ import annotations

from dataclasses import replace

import torch

from qvim_studio.families.audioldm2.parts import AudioLdm2Parts
from qvim_studio.families.audioldm2.prompt import stream_condition
from qvim_studio.families.audioldm2.stream_denoiser import StreamDenoiser
from qvim_studio.families.curve_learning import CurveLearner


class StreamCurveLearner(CurveLearner):
    """See CurveLearner. The UNet gets conditions as for a voice without words, so the layers that
    read words stay unchanged, and curves set the timing alone."""

    def __init__(self, parts: AudioLdm2Parts) -> None:
        super().__init__(parts.unet, parts.scheduler_config)
        self._networks = parts.prompt.networks
        nothing = parts.prompt.unwanted("")
        # Copies, because tensors of inference mode cannot take part in training.
        self._generated, self._words = nothing.generated.clone(), nothing.words.clone()

    def to(self, device: torch.device) -> None:
        """See CurveLearner; the networks that read words are not moved."""
        super().to(device)
        self._networks.projection.to(device)
        self._networks.language_model.to(device)
        self._generated, self._words = self._generated.to(device), self._words.to(device)

    def predict(
        self,
        noisy: torch.Tensor,
        timesteps: torch.Tensor,
        conditions: torch.Tensor,
        is_dropped: torch.Tensor,
    ) -> torch.Tensor:
        """See CurveLearner."""
        words = self._words.expand(len(conditions), -1, -1)
        with torch.no_grad():
            made = stream_condition(self._networks, conditions, words)
        generated = torch.where(is_dropped[:, None, None], self._generated, made.generated)
        given = replace(made, generated=generated)
        return StreamDenoiser(self.unet)(noisy, timesteps, given)
