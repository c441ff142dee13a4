"""Words for what a sound sounds like, as a sound designer would type them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qvim_studio.core.text.everyday_words import WORD_OF_CLASS, kind_of

MAX_WORDS = 5  # as many as there are chips


@dataclass(frozen=True)
class SoundWord:
    """A word for a sound. word: as a person would type it ("steam"). score: 0..1, how surely it was
    heard. kind: the library's kind that the word means ("hiss")."""

    word: str
    score: float
    kind: str


def words_of_scores(
    scores: Mapping[str, float], count: int = MAX_WORDS, least: float = 0.0
) -> tuple[SoundWord, ...]:
    """At most ``count`` words for what was heard, the surest first.

    scores: 0..1, by AudioSet's display names ("Steam"), which are capitalized, or by everyday words
    and kinds of the library ("steam", "door close"), which are not. Classes without a word
    ("Speech") are skipped; a word has the score of its surest class. least: lower scores are left
    out."""
    best: dict[str, float] = {}
    for name, score in scores.items():
        word = name if name.islower() else WORD_OF_CLASS.get(name)
        if word is not None and score >= least:
            best[word] = max(score, best.get(word, 0.0))
    surest = sorted(best.items(), key=lambda item: -item[1])[:count]
    return tuple(SoundWord(word, float(score), kind_of(word)) for word, score in surest)
