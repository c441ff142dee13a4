"""Finds the UCS category of a sound by its sound alone: the nearest labelled sounds vote.

The voters are the sounds of the bundled library, whose words name a category each. It is a guess
among the kinds of sounds that ship; words, if there are any, are more reliable.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.export.ucs.categories import suggest

VOTERS = 3


@dataclass(frozen=True, eq=False)
class LabelledSounds:
    """Sounds with known categories.

    encoder_id: of the embedding space. embeddings: float32 (sounds, size), unit length.
    cat_ids: one for each.
    """

    encoder_id: str
    embeddings: np.ndarray
    cat_ids: tuple[str, ...]

    def vote(self, embedding: np.ndarray) -> str:
        """The CatID that the nearest sounds vote for, near ones most. embedding: (size,)."""
        unit = embedding / max(float(np.linalg.norm(embedding)), 1e-12)
        similarity = self.embeddings @ unit
        votes: defaultdict[str, float] = defaultdict(float)
        for index in np.argsort(-similarity, kind="stable")[:VOTERS]:
            votes[self.cat_ids[index]] += max(float(similarity[index]), 0.0)
        return max(votes, key=lambda cat_id: votes[cat_id])


def labelled_sounds(folder: Path | None = None) -> LabelledSounds:
    """The labelled sounds of the bundled library, or of a folder with ``index.npz`` and
    ``library.csv``.

    Sounds whose words name no category have no vote.
    """
    folder = folder or resource_path("library")
    rows = {row["file"]: row for row in library_rows(folder)}
    with np.load(folder / "index.npz") as stored:
        names = [str(name) for name in stored["names"]]
        found = [_category_of(rows.get(name)) for name in names]
        kept = [number for number, cat_id in enumerate(found) if cat_id]
        return LabelledSounds(
            str(stored["encoder_id"]),
            stored["embeddings"][kept].astype(np.float32),
            tuple(found[number] for number in kept),
        )


def _category_of(row: dict[str, str] | None) -> str:
    if row is None:
        return ""
    fitting = suggest(row["words"], top=1) or suggest(row["class"], top=1)
    return fitting[0].category.cat_id if fitting else ""
