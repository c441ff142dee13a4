"""Writes what users might type to ask for a sound, from the words of its label."""

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
WRITTEN_ODDS = 0.6  # of a sentence that people wrote, for sounds that have one
LABEL_ODDS = 0.15  # odds of the file's name, if it is readable
SEVERAL_ODDS = 0.35
ADJECTIVE_ODDS = 0.2
ENDING_ODDS = 0.1  # for each word: "bark" becomes "barking"
TAIL_ODDS = 0.15
TEMPLATE_ODDS = 0.25
UNKNOWN_ODDS = 0.25  # odds of a word without a meaning
ALONE_ODDS = 0.2
MAX_SEVERAL = 3
MAX_UNKNOWN = 3
SHORTEST_VERB = 4
_LETTERS = re.compile(r"[^a-z0-9' -]+")


@dataclass(frozen=True)
class Caption:
    """text: as typed. used: its phrases."""

    text: str
    used: frozenset[str]


class CaptionWriter:
    """Writes captions for sounds by their labels."""

    def __init__(
        self, labels: Sequence[tuple[str, str]], written: Sequence[Sequence[str]] = ()
    ) -> None:
        """labels: label and source of every sound. written: captions that people wrote for each of
        the first sounds."""
        self._phrases = [phrases_of(*label) for label in labels]
        self._labels = [_readable(label) for label, _ in labels]
        self._written = [tuple(filter(None, map(_readable, one))) for one in written]
        self._written += [()] * (len(labels) - len(written))
        spoken = {word for phrases in self._phrases for one in phrases for word in one.split()}
        self._known = sorted(word for word in spoken if len(word) >= SHORTEST_VERB)

    def lines(self) -> list[str]:
        """All texts that occur in captions, for the training of a tokenizer."""
        phrases = {phrase for phrases in self._phrases for phrase in phrases}
        frames = [template.replace("{}", "") for template in TEMPLATES]
        written = [text for texts in self._written for text in texts]
        return [*sorted(phrases), *self._labels, *written, *ADJECTIVES, *TAILS, *JOINTS, *frames]

    def write(self, sound: int, rng: np.random.Generator) -> Caption:
        """One of the ways to ask for the sound of this position."""
        if self._written[sound] and rng.random() < WRITTEN_ODDS:
            text = str(rng.choice(self._written[sound]))
            return Caption(text, frozenset({text}))
        phrases = self._phrases[sound]
        count = 1 + int(rng.integers(MAX_SEVERAL)) if rng.random() < SEVERAL_ODDS else 1
        used = [str(one) for one in rng.permutation(phrases)[:count]]
        if self._labels[sound] and rng.random() < LABEL_ODDS:
            used = [self._labels[sound]]
        text = used[0]
        for one in used[1:]:
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
        return Caption(text, frozenset(used))

    def write_unknown(self, rng: np.random.Generator) -> str:
        """Made-up words that name no sound; sometimes an empty text."""
        count = int(rng.integers(MAX_UNKNOWN + 1))
        return " ".join(self._unknown_word(rng) for _ in range(count))

    def write_freely(self, words: Sequence[str], rng: np.random.Generator) -> str:
        """A phrase of any sound among other ``words``, or two of these words."""
        word, other = (words[int(place)] for place in rng.integers(len(words), size=2))
        if rng.random() < ALONE_ODDS:
            return f"{word} {other}"
        phrases = self._phrases[int(rng.integers(len(self._phrases)))]
        phrase = " ".join(_with_ending(one, rng) for one in str(rng.choice(phrases)).split(" "))
        return str(rng.choice(AMONG_OTHERS)).format(phrase=phrase, word=word, other=other)

    def fits(self, caption: Caption, sound: int) -> bool:
        """Whether the caption names this sound, too."""
        names = (*self._phrases[sound], self._labels[sound], *self._written[sound])
        return not caption.used.isdisjoint(names)

    def _unknown_word(self, rng: np.random.Generator) -> str:
        """Halves of two words, which look like a word and mean nothing."""
        while True:
            head, tail = (str(word) for word in rng.choice(self._known, 2, replace=False))
            word = head[: len(head) // 2] + tail[len(tail) // 2 :]
            if word not in self._known:
                return word


def phrases_of(label: str, source: str) -> tuple[str, ...]:
    """The names of a sound: class, kind, words of its label and other names for these words."""
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
