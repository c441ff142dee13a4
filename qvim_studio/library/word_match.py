"""Finds sounds by name: compares words with the names of files and folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePath

import numpy as np

from qvim_studio.core.text.wording import word_weights

ENDINGS = {"", "s", "es", "ed", "er", "ing"}  # "barks", "barked" and "barking" mean the same
SHORTEST_STEM = 3
_WORD = re.compile(r"[^\W\d_]{2,}")


def word_shares(text: str, names: Sequence[str]) -> np.ndarray:
    """The share of the words of ``text`` that each name holds, float32 (names,).

    A rare word says more than a common one (inverse document frequency), and what sounds more than
    how and where (core.text.wording); a word that no name holds says nothing about any of them and
    is left out. Without a known word all are 0.
    """
    wanted = {word: weight for word, weight in word_weights(text).items() if len(word) > 1}
    held = [set(_WORD.findall(str(PurePath(name).with_suffix("")).lower())) for name in names]
    known = sorted(set().union(*held))
    hits, weights = [], []
    for word, weight in wanted.items():
        same = {other for other in known if _is_same(word, other)}
        row = [not same.isdisjoint(words) for words in held]
        if any(row):
            hits.append(row)
            weights.append(weight * np.log1p(len(names) / sum(row)))
    if not hits:
        return np.zeros(len(names), np.float32)
    return np.average(np.array(hits, np.float32), axis=0, weights=weights).astype(np.float32)


def _is_same(a: str, b: str) -> bool:
    stem = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b)))
    return a == b or (stem >= SHORTEST_STEM and a[stem:] in ENDINGS and b[stem:] in ENDINGS)
