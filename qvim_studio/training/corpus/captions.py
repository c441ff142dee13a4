"""Ways in which users put what they want to hear, made from the words of a sound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qvim_studio.training.corpus.labels import sound_class, sound_kind, words
from qvim_studio.training.corpus.vocabulary import FURTHER_WORDS

TEMPLATES = ("the sound of {}", "a {}", "{} sound", "sound of a {}", "{} sound effect", "some {}")
ADJECTIVES = (
    "loud", "quiet", "short", "long", "big", "small", "heavy", "soft", "distant", "fast", "slow",
    "deep", "high", "old", "single", "huge",
)  # fmt: skip
TAILS = (
    "in the distance", "far away", "close up", "in a room", "in a large hall", "outside", "twice",
    "at night", "in a cave", "on the street", "from behind a wall", "with echo", "again and again",
)  # fmt: skip
JOINTS = (", ", " ", " and ", " with ")
AMONG_OTHERS = (
    "{word} {phrase}", "{phrase} {word}", "{phrase} on a {word}", "{phrase} in the {word}",
    "{phrase} of the {word}", "{word} with a {phrase}", "a {word} {phrase} from the {other}",
    "{word} {other} {phrase}", "the {word} {phrase} {other}", "{phrase} for a {word} {other}",
)  # fmt: skip
LABEL_ODDS = 0.15  # of what the file was called, where that can be read
SEVERAL_ODDS = 0.35
ADJECTIVE_ODDS = 0.2
ENDING_ODDS = 0.1  # for each word: "bark" becomes "barking"
TAIL_ODDS = 0.15
TEMPLATE_ODDS = 0.25
UNKNOWN_ODDS = 0.25  # of a word that says nothing
ALONE_ODDS = 0.2
MAX_SEVERAL = 3
MAX_UNKNOWN = 3
SHORTEST_VERB = 4
_LETTERS = re.compile(r"[^a-z0-9' -]+")


@dataclass(frozen=True)
class Caption:
    """text: as typed. said: the phrases it is made of."""

    text: str
    said: frozenset[str]


class CaptionWriter:
    """Writes captions for sounds by their labels."""

    def __init__(self, labels: Sequence[tuple[str, str]]) -> None:
        """labels: label and source of every sound that captions may be asked for."""
        self._phrases = [phrases_of(*label) for label in labels]
        self._labels = [_readable(label) for label, _ in labels]
        spoken = {word for phrases in self._phrases for one in phrases for word in one.split()}
        self._known = sorted(word for word in spoken if len(word) >= SHORTEST_VERB)

    def lines(self) -> list[str]:
        """All that captions are made of: what a tokenizer should know."""
        phrases = {phrase for phrases in self._phrases for phrase in phrases}
        frames = [template.replace("{}", "") for template in TEMPLATES]
        return [*sorted(phrases), *self._labels, *ADJECTIVES, *TAILS, *JOINTS, *frames]

    def write(self, sound: int, rng: np.random.Generator) -> Caption:
        """One of the ways to ask for the sound of this position."""
        phrases = self._phrases[sound]
        count = 1 + int(rng.integers(MAX_SEVERAL)) if rng.random() < SEVERAL_ODDS else 1
        said = [str(one) for one in rng.permutation(phrases)[:count]]
        if self._labels[sound] and rng.random() < LABEL_ODDS:
            said = [self._labels[sound]]
        text = said[0]
        for one in said[1:]:
            text += str(rng.choice(JOINTS)) + one
        text = " ".join(_with_ending(word, rng) for word in text.split(" "))
        if rng.random() < ADJECTIVE_ODDS:
            text = f"{rng.choice(ADJECTIVES)} {text}"
        if rng.random() < UNKNOWN_ODDS:
            text = _joined(text, self._unknown_word(rng), rng)
        if rng.random() < TEMPLATE_ODDS:
            text = str(rng.choice(TEMPLATES)).format(text)
        if rng.random() < TAIL_ODDS:
            text = f"{text} {rng.choice(TAILS)}"
        return Caption(text, frozenset(said))

    def write_unknown(self, rng: np.random.Generator) -> str:
        """A text that no sound is called, or none at all."""
        count = int(rng.integers(MAX_UNKNOWN + 1))
        return " ".join(self._unknown_word(rng) for _ in range(count))

    def write_freely(self, words: Sequence[str], rng: np.random.Generator) -> str:
        """A phrase of any sound among other ``words``, or two of these alone."""
        word, other = (words[int(place)] for place in rng.integers(len(words), size=2))
        if rng.random() < ALONE_ODDS:
            return f"{word} {other}"
        phrases = self._phrases[int(rng.integers(len(self._phrases)))]
        phrase = " ".join(_with_ending(one, rng) for one in str(rng.choice(phrases)).split(" "))
        return str(rng.choice(AMONG_OTHERS)).format(phrase=phrase, word=word, other=other)

    def fits(self, caption: Caption, sound: int) -> bool:
        """Is the sound, too, called what the caption says?"""
        return not caption.said.isdisjoint((*self._phrases[sound], self._labels[sound]))

    def _unknown_word(self, rng: np.random.Generator) -> str:
        """Halves of two words: it looks like one and is none."""
        while True:
            head, tail = (str(word) for word in rng.choice(self._known, 2, replace=False))
            word = head[: len(head) // 2] + tail[len(tail) // 2 :]
            if word not in self._known:
                return word


def phrases_of(label: str, source: str) -> tuple[str, ...]:
    """What a sound is called: class, kind, words of its label and what else these are called."""
    plain = [word.strip() for word in words(label, source).split(",")]
    further = [one for word in plain for one in FURTHER_WORDS.get(word, "").split(", ") if one]
    names = (sound_class(label, source), sound_kind(label, source))
    return tuple(dict.fromkeys([*names, *plain, *further]))


def _readable(label: str) -> str:
    return " ".join(_LETTERS.sub(" ", label.lower()).split())


def _with_ending(word: str, rng: np.random.Generator) -> str:
    if len(word) < SHORTEST_VERB or not word.isalpha() or rng.random() >= ENDING_ODDS:
        return word
    if rng.random() < 0.5 and not word.endswith("ing"):
        return word.removesuffix("e") + "ing"
    return word if word.endswith("s") else word + "s"


def _joined(one: str, other: str, rng: np.random.Generator) -> str:
    return f"{one} {other}" if rng.random() < 0.5 else f"{other} {one}"
