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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.core.errors import OutputError, UsageError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json, shown
from qvim_studio.core.text.text_file import save_text

FORMAT, VERSION = "qvim-tokens", 1
MAX_PAIRS = 1_000_000  # more than five hours


@dataclass(frozen=True, eq=False)
class SoundTokens:
    """semantic: what is heard, (pairs,) int64; acoustic: how it sounds, likewise.

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

    def with_acoustic_of(self, other: SoundTokens) -> SoundTokens:
        """What is heard here, sounding as there; as long as the shorter one.

        Raises UsageError if they are of different models.
        """
        if self._model() != other._model():
            raise UsageError(
                f"The tokens are of different models: {self._model()} and {other._model()} "
                "(rate, vocabularies). Make both with the same checkpoint."
            )
        pairs = min(len(self), len(other))
        return SoundTokens(*self._model(), self.semantic[:pairs], other.acoustic[:pairs])

    def _model(self) -> tuple[int, int, int]:
        return self.token_rate, self.semantic_vocabulary, self.acoustic_vocabulary


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
        said = as_object(read_json(path))
        if said.get("format") != FORMAT:
            raise ValueError(f"its format is {shown(said.get('format'))}, expected {FORMAT}")
        version = number_of(said, "version", 0, 1, 1 << 30)
        if version != VERSION:
            raise ValueError(f"it has version {version}, this program reads {VERSION}")
        rate, semantic, acoustic = (
            int(number_of(said, name, 0, 1, 1 << 30))
            for name in ("token_rate", "semantic_vocabulary", "acoustic_vocabulary")
        )
        if not (rate and semantic and acoustic):
            raise ValueError("it does not say its rate or its vocabularies")
        return SoundTokens(
            rate,
            semantic,
            acoustic,
            _whole_numbers(said, "semantic"),
            _whole_numbers(said, "acoustic"),
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} holds no readable tokens ({reason_of(error)}). Give a file that the "
            "studio wrote."
        ) from error


def _whole_numbers(said: dict[str, Any], name: str) -> np.ndarray:
    values = said.get(name)
    if not isinstance(values, list) or len(values) > MAX_PAIRS:
        raise ValueError(f"{name} is {shown(values)}, expected a list of at most {MAX_PAIRS}")
    if not all(type(value) is int and 0 <= value < 1 << 30 for value in values):
        raise ValueError(f"{name} holds something other than whole numbers")
    return np.array(values, np.int64)
