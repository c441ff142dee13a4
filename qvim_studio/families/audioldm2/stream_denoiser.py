"""AudioLDM 2's UNet, steered by two streams of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import pad

from qvim_studio.diffusion.denoiser import Conditions


@dataclass(frozen=True, eq=False)
class StreamCondition:
    """generated: (batch, 8, 768) that the language model made. words: (batch, tokens, 1024) of T5.
    is_word: (batch, tokens), 1 for a token and 0 for what fills a shorter row."""

    generated: torch.Tensor
    words: torch.Tensor
    is_word: torch.Tensor

    def joined(self, other: StreamCondition) -> StreamCondition:
        """The shorter words are filled up: none of either is cut."""
        tokens = max(self.words.shape[1], other.words.shape[1])
        rows = [each.filled(tokens) for each in (self, other)]
        return StreamCondition(
            torch.cat([row.generated for row in rows]),
            torch.cat([row.words for row in rows]),
            torch.cat([row.is_word for row in rows]),
        )

    def repeated(self, batch: int) -> StreamCondition:
        """One row for each of a batch."""
        return StreamCondition(
            self.generated.expand(batch, -1, -1),
            self.words.expand(batch, -1, -1),
            self.is_word.expand(batch, -1),
        )

    def to(self, device: str, dtype: torch.dtype) -> StreamCondition:
        return StreamCondition(
            self.generated.to(device, dtype), self.words.to(device, dtype), self.is_word.to(device)
        )

    def filled(self, tokens: int) -> StreamCondition:
        missing = tokens - self.words.shape[1]
        if not missing:
            return self
        words, is_word = pad(self.words, (0, 0, 0, missing)), pad(self.is_word, (0, missing))
        return StreamCondition(self.generated, words, is_word)


StreamConditions = Conditions[StreamCondition]


class StreamDenoiser:
    """Computes in the UNet's precision and answers in that of the latents."""

    def __init__(self, unet: Any) -> None:
        """unet: an AudioLDM2UNet2DConditionModel."""
        self.unet = unet

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: StreamCondition
    ) -> torch.Tensor:
        dtype = self.unet.dtype
        noise_pred = self.unet(
            latents.to(dtype),
            timestep,
            encoder_hidden_states=condition.generated.to(dtype),
            encoder_hidden_states_1=condition.words.to(dtype),
            encoder_attention_mask_1=condition.is_word,
            return_dict=False,
        )[0]
        return noise_pred.to(latents.dtype)
