"""A sound as tokens: a value, and a small text file that anybody can read and write.

The file is JSON in UTF-8:
``{"format": "qvim-tokens", "version": 1, "token_rate": 100, "semantic_vocabulary": 32768,
"acoustic_vocabulary": 8192, "semantic": [...], "acoustic": [...]}``.
Both lists are of one length, whole numbers from 0 below their vocabulary; the pair number n stands
for the time from 2 n / token_rate seconds on, and within a column of 0.16 s for one band of
frequencies after the other, the lowest first.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError, UsageError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json, shown
from qvim_studio.core.text.text_file import save_text
from qvim_studio.families.protocol import Asked, Report

FORMAT, VERSION = "qvim-tokens", 1
MAX_PAIRS = 1_000_000  # more than five hours


@dataclass(frozen=True, eq=False)
class SoundTokens:
    """semantic: what is heard, acoustic: how it sounds, both (pairs,) int64.

    token_rate: tokens of both kinds a second. Raises ValueError if they do not fit each other.
    """

    token_rate: int
    semantic_vocabulary: int
    acoustic_vocabulary: int
    semantic: np.ndarray
    acoustic: np.ndarray

    def __post_init__(self) -> None:
        if self.semantic.shape != self.acoustic.shape or self.semantic.ndim != 1:
            raise ValueError(
                f"{self.semantic.shape} semantic and {self.acoustic.shape} acoustic tokens"
            )
        for tokens, size in (
            (self.semantic, self.semantic_vocabulary),
            (self.acoustic, self.acoustic_vocabulary),
        ):
            if tokens.size and not (tokens.min() >= 0 and tokens.max() < size):
                raise ValueError(f"a token from {tokens.min()} to {tokens.max()} of {size}")

    def __len__(self) -> int:
        return len(self.semantic)

    @property
    def duration_s(self) -> float:
        return 2 * len(self) / self.token_rate

    @property
    def bits_per_s(self) -> float:
        """The bit rate of the bare tokens, without the text of the file."""
        bits = math.log2(self.semantic_vocabulary) + math.log2(self.acoustic_vocabulary)
        return self.token_rate / 2 * bits

    def with_acoustic_of(self, other: SoundTokens) -> SoundTokens:
        """What is heard here, sounding as there; as long as the shorter one.

        Raises UsageError if they are of different models.
        """
        if self.model != other.model:
            raise UsageError(
                f"The tokens are of different models: {self.model} and {other.model} "
                "(rate, vocabularies). Make both with the same checkpoint."
            )
        pairs = min(len(self), len(other))
        return SoundTokens(*self.model, self.semantic[:pairs], other.acoustic[:pairs])

    @property
    def model(self) -> tuple[int, int, int]:
        """Rate and vocabularies: what two models must share to understand each other's tokens."""
        return self.token_rate, self.semantic_vocabulary, self.acoustic_vocabulary


@runtime_checkable
class TokenCoder(Protocol):
    """A generator that turns sounds into tokens and tokens into sounds."""

    def encode_tokens(self, clip: AudioClip, duration_s: float | None = None) -> SoundTokens:
        """The tokens of a sound; with a duration, of its first seconds, filled up with silence."""
        ...

    def decode_tokens(
        self, tokens: SoundTokens, asked: Asked, seed: int, report: Report
    ) -> np.ndarray:
        """float32 (frames, channels) at the generator's rate, as long as ``asked`` says. Raises
        UsageError for tokens of another model."""
        ...


def save_tokens(tokens: SoundTokens, path: Path) -> None:
    """Write the file, whole or not at all. Raises OutputError."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "token_rate": tokens.token_rate,
        "semantic_vocabulary": tokens.semantic_vocabulary,
        "acoustic_vocabulary": tokens.acoustic_vocabulary,
        "semantic": tokens.semantic.tolist(),
        "acoustic": tokens.acoustic.tolist(),
    }
    try:
        save_text(path, json.dumps(content) + "\n")
    except OSError as error:
        raise OutputError(
            f"The tokens cannot be written to {path} ({reason_of(error)}). Choose a folder that "
            "can be written to, or make room."
        ) from error


def load_tokens(path: Path) -> SoundTokens:
    """Raises UsageError if the file is damaged, of another kind or of a newer form."""
    try:
        fields = as_object(read_json(path))
        if fields.get("format") != FORMAT:
            raise ValueError(f"its format is {shown(fields.get('format'))}, expected {FORMAT}")
        version = number_of(fields, "version", 0, 1, 1 << 30)
        if version != VERSION:
            raise ValueError(f"it has version {version}, this program reads {VERSION}")
        rate, semantic, acoustic = (
            int(number_of(fields, name, 0, 1, 1 << 30))
            for name in ("token_rate", "semantic_vocabulary", "acoustic_vocabulary")
        )
        if not (rate and semantic and acoustic):
            raise ValueError("it does not say its rate or its vocabularies")
        return SoundTokens(
            rate,
            semantic,
            acoustic,
            _whole_numbers(fields, "semantic"),
            _whole_numbers(fields, "acoustic"),
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} holds no readable tokens ({reason_of(error)}). Give a file that the "
            "studio wrote."
        ) from error


def _whole_numbers(fields: dict[str, Any], name: str) -> np.ndarray:
    values = fields.get(name)
    if not isinstance(values, list) or len(values) > MAX_PAIRS:
        raise ValueError(f"{name} is {shown(values)}, expected a list of at most {MAX_PAIRS}")
    if not all(type(value) is int and 0 <= value < 1 << 30 for value in values):
        raise ValueError(f"{name} holds something other than whole numbers")
    return np.array(values, np.int64)
