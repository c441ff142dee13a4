"""MusicGen's text encoder: turns words into one state for each piece."""

from __future__ import annotations

from pathlib import Path

import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.musicgen.shape import MusicgenShape
from qvim_studio.memory.faults import is_out_of_memory
from qvim_studio.networks.files.weights import filled_network, read_tensors
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import AutoTokenizer, T5Config, T5EncoderModel  # isort: skip

PREFIX = "text_encoder."
SHARED, OWN_TABLE = "shared.weight", "encoder.embed_tokens.weight"  # one tensor, stored once
REMEMBERED_TEXTS = 256


class Words:
    """Reads texts on the processor, in float32: T5 overflows in half precision.

    The encoder is mapped from its file for each new text and takes no memory in between.
    """

    def __init__(self, folder: Path, shape: MusicgenShape) -> None:
        self._folder = folder
        self._shape = shape
        self._known: dict[str, torch.Tensor] = {}

    def states(self, text: str) -> torch.Tensor:
        """The states of a text, float32 (pieces, text width); long texts are not cut.

        Raises CheckpointError for a damaged encoder or tokenizer.
        """
        if text not in self._known:
            if len(self._known) >= REMEMBERED_TEXTS:
                del self._known[next(iter(self._known))]
            self._known[text] = self._read(text)
        return self._known[text]

    @torch.inference_mode()
    def _read(self, text: str) -> torch.Tensor:
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            weights = read_tensors(self._folder, "cpu", torch.float32, PREFIX)
            weights.setdefault(OWN_TABLE, weights[SHARED])
            encoder = filled_network(lambda: T5EncoderModel(T5Config(**self._shape.text)), weights)
        except Exception as error:  # the libraries raise whatever their parsers raise
            if is_out_of_memory(error):
                raise
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise CheckpointError(
                f"The text encoder of the checkpoint in {self._folder} cannot be loaded: "
                f"{reason[:160]}. Copy or download it again."
            ) from error
        pieces = tokenizer(text, return_tensors="pt", truncation=False).input_ids
        return encoder(input_ids=pieces).last_hidden_state[0]
