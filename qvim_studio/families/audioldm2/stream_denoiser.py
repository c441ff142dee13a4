"""AudioLDM 2's UNet with two streams of vectors as its condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import pad

from qvim_studio.diffusion.denoiser import Conditions


@dataclass(frozen=True, eq=False)
class StreamCondition:
    """generated: (batch, 8, 768), by the language model. words: (batch, tokens, 1024), by T5.
    is_word: (batch, tokens), 1 for a token and 0 for padding. controls: (batch, curves, frames,
    bins) beside the latents; None for a UNet that takes none."""

    generated: torch.Tensor
    words: torch.Tensor
    is_word: torch.Tensor
    controls: torch.Tensor | None = None

    def joined(self, other: StreamCondition) -> StreamCondition:
        """The joined batch; shorter words are padded."""
        tokens = max(self.words.shape[1], other.words.shape[1])
        rows = [each.filled(tokens) for each in (self, other)]
        controls = None
        if self.controls is not None and other.controls is not None:
            controls = torch.cat([self.controls, other.controls])
        return StreamCondition(
            torch.cat([row.generated for row in rows]),
            torch.cat([row.words for row in rows]),
            torch.cat([row.is_word for row in rows]),
            controls,
        )

    def repeated(self, batch: int) -> StreamCondition:
        """The condition repeated for each row of a batch."""
        return StreamCondition(
            self.generated.expand(batch, -1, -1),
            self.words.expand(batch, -1, -1),
            self.is_word.expand(batch, -1),
            None if self.controls is None else self.controls.expand(batch, -1, -1, -1),
        )

    def to(self, device: str, dtype: torch.dtype) -> StreamCondition:
        return StreamCondition(
            self.generated.to(device, dtype),
            self.words.to(device, dtype),
            self.is_word.to(device),
            None if self.controls is None else self.controls.to(device, dtype),
        )

    def filled(self, tokens: int) -> StreamCondition:
        missing = tokens - self.words.shape[1]
        if not missing:
            return self
        words, is_word = pad(self.words, (0, 0, 0, missing)), pad(self.is_word, (0, missing))
        return StreamCondition(self.generated, words, is_word, self.controls)


StreamConditions = Conditions[StreamCondition]


class StreamDenoiser:
    """Computes in the UNet's precision and returns the precision of the latents."""

    def __init__(self, unet: Any) -> None:
        """unet: an AudioLDM2UNet2DConditionModel."""
        self.unet = unet

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: StreamCondition
    ) -> torch.Tensor:
        given, dtype = latents, self.unet.dtype
        if condition.controls is not None:
            given = torch.cat([latents, condition.controls.to(latents.dtype)], dim=1)
        noise_pred = self.unet(
            given.to(dtype),
            timestep,
            encoder_hidden_states=condition.generated.to(dtype),
            encoder_hidden_states_1=condition.words.to(dtype),
            encoder_attention_mask_1=condition.is_word,
            return_dict=False,
        )[0]
        return noise_pred.to(latents.dtype)
