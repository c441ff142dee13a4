"""Words against names: endings, unknown words, shares."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.library.word_match import word_shares

# "dog" stands in two of the three names, "rain" and "bark" in one.
RARE_WINS = np.log(1 + 3 / 2) / (np.log(1 + 3 / 2) + np.log(1 + 3))
RAIN_AROUND = np.log(1 + 3) / 2 / (np.log(1 + 3 / 2) + np.log(1 + 3) / 2)
NAMES = ("animal_03_dog.ogg", "weather/rain-heavy.wav", "dog_barks_02.flac")


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("dog", (1, 0, 1)),
        ("large dogs, barking", (RARE_WINS, 0, 1)),
        ("rail", (0, 0, 0)),
        ("Heavy RAIN", (0, 1, 0)),
        ("dog rain", (RARE_WINS, 1 - RARE_WINS, RARE_WINS)),
        ("dog in the rain", (1 - RAIN_AROUND, RAIN_AROUND, 1 - RAIN_AROUND)),
        ("wave", (0, 0, 0)),
        ("do", (0, 0, 0)),
        ("", (0, 0, 0)),
    ],
)
def test_share_of_the_known_words(text: str, shares: tuple[float, ...]) -> None:
    assert word_shares(text, NAMES) == pytest.approx(shares)


def test_no_names_no_shares() -> None:
    assert len(word_shares("dog", [])) == 0


@pytest.mark.parametrize(
    ("text", "name", "is_found"),
    [
        ("doors", "door.wav", True),
        ("do", "doing.wav", False),
        ("cat", "cats.wav", True),
        ("cab", "cat.wav", False),
        ("bell ringer", "ringing.wav", True),
        ("a", "a.wav", False),
    ],
)
def test_words_are_the_same_up_to_their_endings(text: str, name: str, is_found: bool) -> None:
    assert word_shares(text, [name]) == [float(is_found)]
