"""Describes a search for real sounds: by a voice, by words, or by both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SoundQuery:
    """A search for real sounds.

    embedding: the ears' embedding of an imitation (size,), see voice.hearing; None for words alone.
    balance: 0 voice .. 1 words, as in GenerationRequest; it counts if both are given. imagined: the
    embedding (size,) that sounds of these words would have; None to look for the words in names
    alone. likelihoods: sounds (rows, size) and the likelihood of each to be of the kind that the
    imitation means (rows,), by which the nearest are ordered; None to order by nearness.
    """

    embedding: np.ndarray | None
    text: str = ""
    balance: float = 0.0
    imagined: np.ndarray | None = None
    likelihoods: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def words_weight(self) -> float:
        """The share of the words in the ranking, 0..1."""
        if not self.text.strip():
            return 0.0
        return 1.0 if self.embedding is None else self.balance
