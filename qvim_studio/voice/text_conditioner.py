"""Words → conditioning by a checkpoint's CLAP text tower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.networks.clap_text import COUNTERS, ClapTextConfig, ClapTextTower
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.weight_names import weight_file
from qvim_studio.networks.weights import filled_network, read_tensors

MAX_TOKENS = 77
# A tower above this is a third of a checkpoint and needed for milliseconds: it is read again for
# new words instead of being kept.
KEPT_BYTES = 100 * 2**20
REMEMBERED_TEXTS = 256

Embed = Callable[[torch.Tensor], torch.Tensor]  # tokens (1, count) → (1, dims)
Tokenize = Callable[[str], list[int]]


class TextConditioner:
    """Embeds texts as unit vectors (1, dims); the empty text is the unconditional one.

    The tower is read when the first unknown text comes; known texts cost nothing.
    """

    def __init__(self, folder: Path) -> None:
        """folder: a checkpoint with ``text_encoder/`` and ``tokenizer/``."""
        self._folder = folder
        self._tower: tuple[Embed, Tokenize] | None = None
        self._known: dict[str, torch.Tensor] = {}

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the checkpoint has a text tower at all."""
        return (folder / "text_encoder").is_dir() and (folder / "tokenizer").is_dir()

    def embed(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """One float32 (1, dims), unit norm, per text. Raises CheckpointError for a damaged tower.

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
        embed, tokenize = self._load()
        embedding = embed(torch.tensor([tokenize(text)]))
        return torch.nn.functional.normalize(embedding.float(), dim=-1)

    def _load(self) -> tuple[Embed, Tokenize]:
        if self._tower is None:
            try:
                self._tower = _load_tower(self._folder), _load_tokenizer(self._folder)
            except Exception as error:  # the libraries raise whatever their parsers raise
                reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
                raise CheckpointError(
                    f"The text tower of the checkpoint in {self._folder} cannot be loaded: "
                    f"{reason[:160]}. Copy or download text_encoder/ and tokenizer/ again."
                ) from error
        return self._tower

    @property
    def is_kept(self) -> bool:
        """Does a small tower stay in memory, or is it read anew for unknown words?"""
        return weight_file(self._folder / "text_encoder").stat().st_size <= KEPT_BYTES


def _load_tower(folder: Path) -> Embed:
    """Our own network where the configuration is no more than it does, else transformers'."""
    path = folder / "text_encoder"
    sizes = ClapTextConfig.from_published(as_object(read_json(path / "config.json")))
    if sizes is not None:
        weights = read_tensors(path, "cpu", torch.float32)
        weights = {name: value for name, value in weights.items() if name not in COUNTERS}
        return filled_network(lambda: ClapTextTower(sizes), weights)
    quiet_libraries()
    from transformers import ClapTextModelWithProjection

    tower = ClapTextModelWithProjection.from_pretrained(
        path, local_files_only=True, use_safetensors=True
    )
    tower = tower.float().eval().requires_grad_(False)
    return lambda tokens: tower(input_ids=tokens).text_embeds


def _load_tokenizer(folder: Path) -> Tokenize:
    """By the tokenizer's one file, else by what transformers makes of older ones."""
    path = folder / "tokenizer"
    if (path / "tokenizer.json").is_file():
        tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        return lambda text: tokenizer.encode(text).ids
    quiet_libraries()
    from transformers import AutoTokenizer

    older = AutoTokenizer.from_pretrained(path, local_files_only=True)
    return lambda text: older(text, truncation=True, max_length=MAX_TOKENS)["input_ids"]
