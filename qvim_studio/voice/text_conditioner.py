"""Words → conditioning by a checkpoint's CLAP text tower."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from tokenizers import Tokenizer

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.networks.clap_text import COUNTERS, ClapTextConfig, ClapTextTower
from qvim_studio.networks.files.weight_names import weight_file
from qvim_studio.networks.files.weights import filled_network, read_tensors
from qvim_studio.networks.quiet import quiet_libraries

MAX_TOKENS = 77
# A larger tower is a third of a checkpoint and needed only for milliseconds, so it is loaded again
# for new words instead of being kept.
KEPT_BYTES = 100 * 2**20
REMEMBERED_TEXTS = 256
ENDS = [0, 2]  # RoBERTa's tokens for the begin and the end of a text

Embed = Callable[[torch.Tensor], torch.Tensor]  # tokens (1, count) → (1, dims)
Tokenize = Callable[[str], list[int]]
Loaded = TypeVar("Loaded")


class TextConditioner:
    """Embeds texts as unit vectors (1, dims); the empty text is the unconditional one.

    The tower is loaded for the first unknown text; known texts cost nothing.
    """

    def __init__(self, folder: Path) -> None:
        """folder: a checkpoint with ``text_encoder/`` and ``tokenizer/``."""
        self._folder = folder
        self._tower: tuple[Embed, Tokenize] | None = None
        self._known: dict[str, torch.Tensor] = {}

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the checkpoint has a text tower and a tokenizer."""
        return (folder / "text_encoder").is_dir() and (folder / "tokenizer").is_dir()

    @staticmethod
    def has_tower(folder: Path) -> bool:
        """Whether the checkpoint has the network, with or without a tokenizer."""
        return (folder / "text_encoder").is_dir()

    def embed(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """One float32 (1, dims), unit norm, per text. Raises CheckpointError for a damaged tower.

        Texts are not padded, so the tower attends only to real tokens.
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

    def nothing(self) -> torch.Tensor:
        """The unconditional embedding, (1, dims), unit norm, which is that of the empty text. It
        needs no tokenizer, because RoBERTa begins and ends every text with the same two tokens."""
        if self.is_in(self._folder):
            return self.embed([""])[0]
        if "" not in self._known:
            self._known[""] = self._embedded(self._whole(lambda: _load_tower(self._folder)), ENDS)
        return self._known[""]

    def _run(self, text: str) -> torch.Tensor:
        embed, tokenize = self._load()
        return self._embedded(embed, tokenize(text))

    @staticmethod
    @torch.inference_mode()
    def _embedded(embed: Embed, tokens: list[int]) -> torch.Tensor:
        embedding = embed(torch.tensor([tokens]))
        return torch.nn.functional.normalize(embedding.float(), dim=-1)

    def _load(self) -> tuple[Embed, Tokenize]:
        if self._tower is None:
            self._tower = self._whole(
                lambda: (_load_tower(self._folder), _load_tokenizer(self._folder))
            )
        return self._tower

    def _whole(self, load: Callable[[], Loaded]) -> Loaded:
        """The result of ``load``. Raises CheckpointError for damaged files."""
        try:
            return load()
        except Exception as error:  # the libraries pass on all errors of their parsers
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise CheckpointError(
                f"The text tower of the checkpoint in {self._folder} cannot be loaded: "
                f"{reason[:160]}. Copy or download text_encoder/ and tokenizer/ again."
            ) from error

    @property
    def is_kept(self) -> bool:
        """Whether the tower is small enough to stay in memory between texts."""
        return weight_file(self._folder / "text_encoder").stat().st_size <= KEPT_BYTES


def _load_tower(folder: Path) -> Embed:
    """Our own network if it supports the configuration, else that of transformers."""
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
    """The tokenizer from its single file, or from transformers for older files."""
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
