"""Weighs the words of a description: some name what sounds, others only how or where."""

from __future__ import annotations

import re

CIRCUMSTANCE_WEIGHT = 0.5  # "glass breaking on stone" is glass; stone matters, but less
_PHRASE_END = re.compile(r"[,;:.!?()\n]+")
_WORD = re.compile(r"[^\W\d_]+")
_BEFORE_CIRCUMSTANCES = re.compile(
    "against|at|by|from|in|inside|into|near|on|onto|over|through|under|upon|with|within"
)
_DESCRIBING = re.compile(
    "big|close|deep|distant|far|fast|heavy|high|huge|large|light|little|long|loud|low|near|quick|"
    "quiet|short|slow|small|soft|tiny"
)


def word_weights(text: str) -> dict[str, float]:
    """The words of ``text`` in lower case, in order, each with its weight, 0 to 1.

    Words of size, distance and manner, and all that follows a preposition of place or means up to
    the end of its phrase, weigh CIRCUMSTANCE_WEIGHT; a word that stands twice has its larger one.

    >>> word_weights("Glass breaking on stone")
    {'glass': 1.0, 'breaking': 1.0, 'on': 1.0, 'stone': 0.5}
    """
    weights: dict[str, float] = {}
    for phrase in _PHRASE_END.split(text.lower()):
        is_circumstance = False
        for word in _WORD.findall(phrase):
            is_less = is_circumstance or _DESCRIBING.fullmatch(word)
            weight = CIRCUMSTANCE_WEIGHT if is_less else 1.0
            weights[word] = max(weight, weights.get(word, 0.0))
            is_circumstance |= _BEFORE_CIRCUMSTANCES.fullmatch(word) is not None
    return weights
