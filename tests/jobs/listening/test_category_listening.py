"""Categories by ear: words that are surely heard come before the votes of neighbors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.sound_words import SoundWord
from qvim_studio.export.ucs.ucs_neighbors import LabelledSounds
from qvim_studio.jobs.listening.category_listening import find_categories
from qvim_studio.library.sound_facts import SoundReport

KNOWN = LabelledSounds("scripted", np.eye(2, dtype=np.float32), ("DOORWood", "RAIN"))


class ScriptedEars:
    """Hears the same of every file."""

    def __init__(self, *words: SoundWord) -> None:
        self._words = words

    def encoder_id(self) -> str:
        return "scripted"

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        embedding = np.array([1.0, 0.0], np.float32)
        return [SoundReport(None, embedding, words=self._words) for _ in paths]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((SoundWord("dog", 0.9, "dog"), SoundWord("growl", 0.1, "monster")), "ANMLDog"),
        ((SoundWord("dog", 0.2, "dog"),), "DOORWood"),
        ((SoundWord("qwertz", 0.9, "qwertz"),), "DOORWood"),
        ((), "DOORWood"),
    ],
)
def test_what_is_surely_heard_names_the_category(
    words: tuple[SoundWord, ...], expected: str
) -> None:
    path = Path("REC_0042.wav")
    assert find_categories([path], ScriptedEars(*words), KNOWN) == {path: expected}
