"""What sounds weighs more than how or where it does."""

from __future__ import annotations

import pytest

from qvim_studio.core.text.wording import CIRCUMSTANCE_WEIGHT, word_weights


@pytest.mark.parametrize(
    ("text", "telling", "others"),
    [
        ("Glass breaking on stone", ["glass", "breaking", "on"], ["stone"]),
        ("large dog", ["dog"], ["large"]),
        ("rain on a tin roof, thunder", ["rain", "on", "thunder"], ["a", "tin", "roof"]),
        ("stone on stone", ["stone", "on"], []),
        ("öl_01", ["öl"], []),
        ("", [], []),
    ],
)
def test_words_of_size_and_place_weigh_less(
    text: str, telling: list[str], others: list[str]
) -> None:
    expected = dict.fromkeys(telling, 1.0) | dict.fromkeys(others, CIRCUMSTANCE_WEIGHT)
    assert word_weights(text) == expected
