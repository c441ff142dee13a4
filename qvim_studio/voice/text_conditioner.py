"""Words → conditioning by a checkpoint's CLAP text tower."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.networks.weight_names import weight_file

from transformers import AutoTokenizer, ClapTextModelWithProjection  # isort: skip

MAX_TOKENS = 77
# A tower above this is a third of a checkpoint and needed for milliseconds: it is read again for
# new words instead of being kept.
KEPT_BYTES = 100 * 2**20
REMEMBERED_TEXTS = 256


class TextConditioner:
    """Embeds texts as unit vectors (1, 512); the empty text is the unconditional one.

    The tower is read when the first unknown text comes; known texts cost nothing.
    """

    def __init__(self, folder: Path) -> None:
        """folder: a checkpoint with ``text_encoder/`` and ``tokenizer/``."""
        self._folder = folder
        self._tower: tuple[Any, Any] | None = None
        self._known: dict[str, torch.Tensor] = {}

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the checkpoint has a text tower at all."""
        return (folder / "text_encoder").is_dir() and (folder / "tokenizer").is_dir()

    def embed(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """One float32 (1, 512), unit norm, per text. Raises CheckpointError for a damaged tower.

        No padding: the tower attends to real tokens alone.
        """
        for text in dict.fromkeys(texts):
            if text not in self._known:
                if len(self._known) >= REMEMBERED_TEXTS:
                    del self._known[next(iter(self._known))]
                self._known[text] = self._run(text)
        made = [self._known[text] for text in texts]
        if not self.is_kept:
            self._tower = None
        return made

    @torch.inference_mode()
    def _run(self, text: str) -> torch.Tensor:
        tower, tokenizer = self._load()
        tokens = tokenizer(text, return_tensors="pt", truncation=True, max_length=MAX_TOKENS)
        embedding = tower(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).text_embeds
        return torch.nn.functional.normalize(embedding.float(), dim=-1)

    def _load(self) -> tuple[Any, Any]:
        if self._tower is None:
            quiet_libraries()
            try:
                tower = ClapTextModelWithProjection.from_pretrained(
                    self._folder / "text_encoder", local_files_only=True, use_safetensors=True
                )
                tokenizer = AutoTokenizer.from_pretrained(
                    self._folder / "tokenizer", local_files_only=True
                )
            except Exception as error:  # the libraries raise whatever their parsers raise
                reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
                raise CheckpointError(
                    f"The text tower of the checkpoint in {self._folder} cannot be loaded: "
                    f"{reason[:160]}. Copy or download text_encoder/ and tokenizer/ again."
                ) from error
            self._tower = tower.float().eval().requires_grad_(False), tokenizer
        return self._tower

    @property
    def is_kept(self) -> bool:
        """Does a small tower stay in memory, or is it read anew for unknown words?"""
        return weight_file(self._folder / "text_encoder").stat().st_size <= KEPT_BYTES
