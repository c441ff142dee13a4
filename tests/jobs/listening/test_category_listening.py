"""Categories by ear: words that are surely heard come before the votes of neighbors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.heard import HeardWord
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds
from qvim_studio.jobs.listening.category_listening import heard_categories
from qvim_studio.library.sound_facts import SoundReport

KNOWN = LabelledSounds("scripted", np.eye(2, dtype=np.float32), ("DOORWood", "RAIN"))


class ScriptedEars:
    """Hears the same of every file."""

    def __init__(self, *heard: HeardWord) -> None:
        self._heard = heard

    def encoder_id(self) -> str:
        return "scripted"

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        embedding = np.array([1.0, 0.0], np.float32)
        return [SoundReport(None, embedding, heard=self._heard) for _ in paths]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ((HeardWord("dog", 0.9, "dog"), HeardWord("growl", 0.1, "monster")), "ANMLDog"),
        ((HeardWord("dog", 0.2, "dog"),), "DOORWood"),
        ((HeardWord("qwertz", 0.9, "qwertz"),), "DOORWood"),
        ((), "DOORWood"),
    ],
)
def test_what_is_surely_heard_names_the_category(
    heard: tuple[HeardWord, ...], expected: str
) -> None:
    path = Path("REC_0042.wav")
    assert heard_categories([path], ScriptedEars(*heard), KNOWN) == {path: expected}
