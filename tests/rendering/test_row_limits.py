"""A limit is generous, grows with what a row asks for, and is learned from finished rows."""

from __future__ import annotations

from typing import Any

import pytest

from qvim_studio.rendering.order import RenderOrder, SoundBytes
from qvim_studio.rendering.row_limits import (
    FIRST_LEAST_S,
    LEARNED_LEAST_S,
    LEARNED_SHARE,
    RowLimits,
    estimate_s,
)
from qvim_studio.rendering.row_request import usual_values


def order(length_s: float | None = None, **values: Any) -> RenderOrder:
    """length_s: of a take; None means words alone."""
    sounds = {} if length_s is None else {"imitation": SoundBytes("a.wav", b"", length_s)}
    return RenderOrder("k", "a", {**usual_values(), **values}, sounds)


def test_the_first_limit_is_an_hour_and_a_hundred_estimates() -> None:
    asked = order(variations=8, duration_s=5.0)
    assert RowLimits().limit_s(asked) == FIRST_LEAST_S + 100.0 * estimate_s(asked)


def test_the_slowest_row_so_far_sets_the_limit_of_its_checkpoint_alone() -> None:
    limits, asked = RowLimits(), order()
    for seconds in (3.0, 9.0, 4.0):
        limits.learn(asked, seconds)
    assert limits.limit_s(asked) == pytest.approx(LEARNED_LEAST_S + LEARNED_SHARE * 9.0)
    assert limits.limit_s(order(checkpoint="other")) > FIRST_LEAST_S


@pytest.mark.parametrize(
    ("more", "times"),
    [
        ({"variations": 8}, 1.99),
        ({"options": {"steps": 50}}, 1.81),
        ({"steps": 50}, 1.81),
        ({"duration_s": 30.0}, 9.16),
        ({"fits": 8, "duration_s": 3.0}, 1.30),
        ({"upscaler": "audiosr"}, 46.3),
    ],
)
def test_more_and_longer_sounds_are_given_more_time(more: dict[str, Any], times: float) -> None:
    assert estimate_s(order(**more)) == pytest.approx(times * estimate_s(order()), rel=0.01)


def test_a_row_without_a_length_is_as_long_as_its_take() -> None:
    assert estimate_s(order(8.0)) == estimate_s(order(duration_s=8.0))
    unread = RenderOrder("k", "a", usual_values(), {"imitation": SoundBytes("a.m4a", b"")})
    assert estimate_s(unread) == estimate_s(order(30.0))
