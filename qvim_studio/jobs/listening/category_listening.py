"""Listens to sounds and suggests the UCS category of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qvim_studio.core.errors import EngineError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.export.ucs.categories import suggest
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds, labelled_sounds
from qvim_studio.jobs.listening.listening_process import ListeningProcess

BATCH = 16  # sounds for which the child is asked at once
SURE_SCORE = 0.4  # from this score on the tagger counts before the neighbors


def find_categories(
    paths: Sequence[Path], listening: ListeningProcess, known: LabelledSounds | None = None
) -> dict[Path, str]:
    """The CatID of each sound for which one is found; a few sounds take about a second.

    A word that the tagger is sure of names the category; otherwise the nearest known sounds vote.
    known: these sounds; None for the bundled library. Raises EngineError if the listening process
    embeds into another space than theirs.
    """
    known = known or labelled_sounds()
    if listening.encoder_id() != known.encoder_id:
        raise EngineError(
            "The encoder that listens is not the one that knows the bundled sounds. Choose the "
            "categories by hand."
        )
    found: dict[Path, str] = {}
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        for path, report in zip(batch, listening.listen(batch), strict=True):
            if report.embedding is not None:
                found[path] = _named(report.words) or known.vote(report.embedding)
    return found


def _named(words: Sequence[SoundWord]) -> str:
    """The category of the words that were surely heard, or nothing."""
    names = [one.word for one in words if one.score >= SURE_SCORE]
    fitting = suggest(names[0], names[1:], top=1) if names else []
    return fitting[0].category.cat_id if fitting else ""
