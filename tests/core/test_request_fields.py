"""One table says what people set in a request; texts, options and plain values mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.request import Start
from qvim_studio.core.request_fields import REQUEST_FIELDS


@pytest.mark.parametrize(
    ("name", "text", "option", "value"),
    [
        ("seed", "7", 7, 7),
        ("loop", "yes", True, True),
        ("clean_pauses", "yes", True, False),
        ("extend_bandwidth", "off", False, True),
        ("start", "nearest", "nearest", "nearest"),
        ("library", "sounds/dogs", Path("sounds/dogs"), str(Path("sounds/dogs"))),
    ],
)
def test_a_text_and_an_option_mean_the_same_value(
    name: str, text: str, option: object, value: object
) -> None:
    known = REQUEST_FIELDS[name]
    assert known.of_text(text) == known.of_option(option) == value


def test_a_choice_is_the_value_of_a_request_or_refused() -> None:
    start = REQUEST_FIELDS["start"]
    assert start.of_plain("imitation") is Start.IMITATION
    assert start.expected == "one of noise, imitation, nearest"
    for read in (start.of_text, start.of_plain):
        with pytest.raises(ValueError, match="sideways"):
            read("sideways")
