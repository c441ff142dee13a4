"""Describes a search for real sounds: by a voice, by words, or by both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SoundQuery:
    """A search for real sounds.

    embedding: what the ears hear of an imitation (size,), see voice.hearing; None for words
    alone. balance: 0 voice .. 1 words, as GenerationRequest's; it counts where there are both.
    imagined: likewise (size,), of sounds that the words mean; None where they are to be found in
    names alone. likelihoods: of sounds (rows, size), how likely each is of the kind that the
    imitation means, (rows,); the nearest are ordered by it. None where only nearness is known.
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
