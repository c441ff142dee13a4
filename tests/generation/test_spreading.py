"""Variations spread from near to far, each seed by itself."""

from __future__ import annotations

import pytest

from qvim_studio.families.protocol import Asked, Report
from qvim_studio.generation.spreading import NEAREST_SHARE, SECOND_TRY, Spread

REPORT = Report(lambda step, steps, picture: None, lambda: False)


def by_seed(spread: Spread, seeds: range) -> dict[int, float]:
    groups = spread.groups(seeds, Asked(1.0), REPORT)
    return {seed: asked.strength for group, asked, _ in groups for seed in group}


def test_without_variety_all_are_as_asked_and_made_together() -> None:
    ((group, asked, _),) = Spread(0.85, 0.0).groups([3, 4, 5], Asked(1.0), REPORT)
    assert group == [3, 4, 5] and asked.strength == 0.85


def test_full_variety_goes_from_a_part_of_the_strength_to_all_of_the_schedule() -> None:
    strengths = [Spread(0.8, 1.0).strength_of(seed) for seed in range(4)]
    assert strengths[0] == 0.8
    assert min(strengths) == pytest.approx(NEAREST_SHARE * 0.8)
    assert max(strengths) == pytest.approx(1.0)
    assert len(set(strengths)) == 4


def test_a_seed_alone_decides_its_strength() -> None:
    many = by_seed(Spread(0.7, 0.5), range(5, 13))
    assert all(
        by_seed(Spread(0.7, 0.5), range(seed, seed + 1)) == {seed: many[seed]} for seed in many
    )
    assert many[5] == many[9] != many[6]


def test_a_likely_start_stays_nearer_unless_all_are_to_be_alike() -> None:
    likely = Spread(0.8, 0.5, (True, False), 0.5)
    assert likely.strength_of(0) == pytest.approx(0.75 * 0.8)
    assert likely.strength_of(2) == Spread(0.75 * 0.8, 0.5).strength_of(2)
    for seed in (1, 3, 7):
        assert likely.strength_of(seed) == Spread(0.8, 0.5).strength_of(seed)
    alike = Spread(0.8, 0.0, (True, False), 0.5)
    assert {alike.strength_of(seed) for seed in range(4)} == {0.8}


def test_what_came_out_silent_comes_nearer_from_then_on() -> None:
    spread = Spread(0.8, 1.0)
    first = spread.strength_of(2)
    assert spread.come_nearer(2) == spread.strength_of(2) == SECOND_TRY * first
    assert spread.strength_of(6) == first


def test_the_parts_of_the_report_are_one_way_from_left_to_right() -> None:
    steps: list[tuple[int, int]] = []
    whole = Report(lambda step, all_steps, picture: steps.append((step, all_steps)), lambda: False)
    for group, _, part in Spread(0.8, 1.0).groups(range(5), Asked(1.0), whole):
        for step in range(1, 3):
            part.step(step * len(group), 2 * len(group))
    shares = [step / all_steps for step, all_steps in steps]
    assert shares == sorted(shares) and shares[-1] == 1.0
