"""Match: two measured values within their ranges, and the order that they give."""

from __future__ import annotations

import pytest

from qvim_studio.core.match import DOTS, Compared, Match, goodness


@pytest.mark.parametrize("kind", [None, 1, DOTS])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_values_at_the_ends_of_their_ranges_are_taken(kind: int | None, share: float) -> None:
    match = Match(kind, share, share)
    assert match.as_dict() == {
        "kind": kind,
        "movement": share,
        "likelihood": share,
        "compared": "take",
    }


@pytest.mark.parametrize("kind", [0, DOTS + 1, True, 2.0])
def test_kinds_are_whole_dots(kind: int) -> None:
    with pytest.raises(ValueError, match=r"^kind is .*, expected 1 to 5 or None$"):
        Match(kind, 0.5, 0.5)


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan")])
def test_movement_and_likelihood_are_shares(value: float) -> None:
    with pytest.raises(ValueError, match=r"^movement is .*, expected 0 to 1$"):
        Match(3, value, 0.5)
    with pytest.raises(ValueError, match=r"^likelihood is .*, expected 0 to 1$"):
        Match(3, 0.5, value)


def test_what_a_match_compares_is_kept_by_its_name() -> None:
    assert Match(3, 0.5, 0.5, Compared.EDITED).as_dict()["compared"] == "edited"


def test_likelihood_orders_sounds_and_unknown_ones_come_last() -> None:
    assert goodness(Match(None, 1.0, 0.4)) == 0.4
    assert goodness(None) == 0.0
