"""Lists the categories of the Universal Category System 8.2.1, and suggests some for words.

The list of categories is a fact of the standard, which is in the public domain
(universalcategorysystem.com); the further words in ``resources/ucs/synonyms.csv`` are our own.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.wording import word_weights

FALLBACK_CAT_ID = "DSGNSynth"  # what a generated sound is when nothing else is known of it
SUB_CATEGORY_WEIGHT, CATEGORY_WEIGHT, SYNONYM_WEIGHT = 2.0, 1.0, 3.0
_WORD = re.compile("[a-z]+")
_ENDINGS = ("ings", "ing", "ies", "es", "ed", "s")
_MIN_STEM = 3
_STOP_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "the", "to", "with")
)


@dataclass(frozen=True)
class UcsCategory:
    """One of the 752 rows of the standard."""

    cat_id: str
    category: str
    sub_category: str


@dataclass(frozen=True)
class Suggestion:
    """A category that fits some words; scores compare only within one answer."""

    category: UcsCategory
    score: float


@cache
def categories() -> dict[str, UcsCategory]:
    """Every category by its CatID, in the standard's order."""
    with resource_path("ucs", "categories.csv").open(encoding="utf-8", newline="") as file:
        rows = [UcsCategory(*row[:3]) for row in csv.reader(file)][1:]  # CatShort is in CatID
    return {row.cat_id: row for row in rows}


def find_category(cat_id: str) -> UcsCategory:
    """The category of a CatID. Raises UsageError if there is none."""
    found = categories().get(cat_id)
    if found is None:
        near = [known for known in categories() if known.lower().startswith(cat_id[:4].lower())]
        hint = ", ".join(near[:3]) or "ANMLDog, DOORWood, WATRDrip"
        raise UsageError(
            f"There is no UCS category {cat_id!r}, expected a CatID such as {hint}. "
            "Choose one from the list."
        )
    return found


def suggest(text: str, tags: Iterable[str] = (), top: int = 5) -> list[Suggestion]:
    """The categories that fit a description and its tags, best first; possibly none."""
    index, rarity = _index()
    scores: dict[str, float] = defaultdict(float)
    weights: dict[str, float] = {}
    for word, weight in word_weights(", ".join([text, *tags])).items():
        for key in _words(word):
            weights[key] = max(weight, weights.get(key, 0.0))
    for key, key_weight in weights.items():
        for cat_id, weight in index.get(key, {}).items():
            scores[cat_id] += key_weight * weight * rarity[key]
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Suggestion(categories()[cat_id], score) for cat_id, score in ranked[:top]]


def best_category(text: str, tags: Iterable[str] = ()) -> UcsCategory:
    """The best suggestion, or the category of designed synthetic sounds."""
    found = suggest(text, tags, top=1)
    return found[0].category if found else categories()[FALLBACK_CAT_ID]


@cache
def _index() -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Word to CatIDs with their weights, and how telling each word is."""
    index: dict[str, dict[str, float]] = defaultdict(dict)
    for row in categories().values():
        _add(index, row.category, row.cat_id, CATEGORY_WEIGHT)
        _add(index, row.sub_category, row.cat_id, SUB_CATEGORY_WEIGHT)
    with resource_path("ucs", "synonyms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _add(index, row["Words"], row["CatID"], SYNONYM_WEIGHT)
    count = len(categories())
    rarity = {word: math.log(1 + count / len(found)) for word, found in index.items()}
    return dict(index), rarity


def _add(index: dict[str, dict[str, float]], text: str, cat_id: str, weight: float) -> None:
    for word in _words(text):
        index[word][cat_id] = max(weight, index[word].get(cat_id, 0.0))


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    return [_stem(word) for word in found if word not in _STOP_WORDS]


def _stem(word: str) -> str:
    """Without the commonest English endings: "barks", "barking" and "barked" are "bark"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            word = word.removesuffix(ending)
            break
    word = word.removesuffix("e") if len(word) > _MIN_STEM else word
    # "dripping" is "drip"; "bell" becomes "bel" everywhere, which is as good a key
    return word[:-1] if len(word) > _MIN_STEM and word[-1] == word[-2] else word
