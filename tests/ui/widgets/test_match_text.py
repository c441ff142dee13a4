"""Kind and movement in words."""

from __future__ import annotations

import pytest

from qvim_studio.core.match import Compared, Match
from qvim_studio.ui.widgets.match_text import match_text, match_tip


@pytest.mark.parametrize(
    ("match", "text"),
    [
        (Match(3, 0.714, 0.5), "kind 3 of 5, movement 0.71"),
        (Match(None, 0.0, 0.3), "kind unsure, movement 0.00"),
        (
            Match(1, 1.0, 0.1, Compared.EDITED),
            "kind 1 of 5, movement 1.00, compared with the sound that was edited",
        ),
    ],
)
def test_one_line_says_both_values_and_what_an_edit_is_compared_with(
    match: Match, text: str
) -> None:
    assert match_text(match) == text


def test_a_tip_says_what_the_dots_have_meant_so_far() -> None:
    tip = match_tip(Match(4, 0.5, 0.7))
    assert "4 of 5 dots" in tip and "about 7 in 10 were of the right kind" in tip
    assert "your take" in tip and "Movement: 0.50 of 1" in tip


@pytest.mark.parametrize("compared", Compared)
def test_a_tip_says_what_is_compared_also_where_the_ears_are_unsure(compared: Compared) -> None:
    tip = match_tip(Match(None, 0.5, 0.2, compared))
    what = {"take": "your take", "timbre": "it should be like", "edited": "that was edited"}
    assert "unsure" in tip and what[compared.value] in tip
