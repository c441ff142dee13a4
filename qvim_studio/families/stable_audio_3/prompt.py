"""Embeds the words of a request for Stable Audio 3 with T5Gemma."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.offload import visiting
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import AutoTokenizer, T5GemmaConfig, T5GemmaEncoderModel  # isort: skip


class PromptEncoder:
    """The encoder half of T5Gemma. tokens: the largest number of tokens used of a text."""

    def __init__(self, tokenizer: Any, network: Any, tokens: int, plan: ComputePlan) -> None:
        self._tokenizer = tokenizer
        self.network = network
        self.tokens = tokens
        self._plan = plan

    @classmethod
    def load(
        cls, folder: Path, tokens: int, plan: ComputePlan, dtype: torch.dtype
    ) -> PromptEncoder:
        """Load the encoder of a folder. Raises OSError or ValueError if a file is missing or
        damaged."""
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        config = T5GemmaConfig(**as_object(read_json(folder / "config.json")))
        config.is_encoder_decoder = False
        # The file also holds the decoder, which is not loaded.
        network, report = T5GemmaEncoderModel.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
        if report["missing_keys"] or report["mismatched_keys"]:
            missing = sorted(map(str, {*report["missing_keys"], *report["mismatched_keys"]}))
            raise ValueError(f"{len(missing)} tensors are missing or misshapen ({missing[0]})")
        network.eval().requires_grad_(False)
        if not plan.traits.swaps_parts:
            network.to(plan.device)
        return cls(tokenizer, network, tokens, plan)

    @torch.inference_mode()
    def embed(self, text: str) -> tuple[torch.Tensor, bool]:
        """The vectors of a text's tokens (tokens, channels), in float32 on the processor, and
        whether the text was too long and was cut.

        Only the text's own tokens are computed; the encoder never sees padding.
        """
        ids = self._tokenizer(text, truncation=False)["input_ids"]
        used = ids[: self.tokens]
        if not used:
            return torch.zeros(0, self.network.config.encoder.hidden_size), False
        is_guest = self._plan.traits.swaps_parts
        with visiting(self.network, self._plan.device) if is_guest else nullcontext():
            given = torch.tensor([used], device=self._plan.device)
            hidden = self.network(given, attention_mask=torch.ones_like(given)).last_hidden_state
        return hidden[0].float().cpu(), len(ids) > self.tokens
