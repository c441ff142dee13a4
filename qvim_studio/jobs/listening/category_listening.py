"""Listens to sounds to say which UCS category each may belong to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qvim_studio.core.errors import EngineError
from qvim_studio.core.heard import HeardWord
from qvim_studio.export.ucs.categories import suggest
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds, labelled_sounds
from qvim_studio.jobs.listening.listening_process import ListeningProcess

BATCH = 16  # sounds for which the child is asked at once
SURE_SCORE = 0.4  # from here on what the tagger hears is believed before the neighbors


def heard_categories(
    paths: Sequence[Path], listener: ListeningProcess, known: LabelledSounds | None = None
) -> dict[Path, str]:
    """The CatID of each sound that can be heard; takes about a second for each few.

    What was surely heard names the category; where nothing was, the nearest known sounds vote.
    known: these; None: the bundled library. Raises EngineError if the listener embeds into
    another space than theirs.
    """
    known = known or labelled_sounds()
    if listener.encoder_id() != known.encoder_id:
        raise EngineError(
            "The encoder that listens is not the one that knows the bundled sounds. Choose the "
            "categories by hand."
        )
    found: dict[Path, str] = {}
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        for path, report in zip(batch, listener.listen(batch), strict=True):
            if report.embedding is not None:
                found[path] = _named(report.heard) or known.vote(report.embedding)
    return found


def _named(heard: Sequence[HeardWord]) -> str:
    """The category of the words that were surely heard, or nothing."""
    words = [one.word for one in heard if one.score >= SURE_SCORE]
    fitting = suggest(words[0], words[1:], top=1) if words else []
    return fitting[0].category.cat_id if fitting else ""
