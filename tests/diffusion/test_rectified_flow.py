"""Rectified flows: levels of noise and samplers against closed forms."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from qvim_studio.diffusion.rectified_flow import (
    guided,
    level_at,
    noise_levels,
    sample_euler,
    sample_ping_pong,
)

PUBLISHED = [1.0, 0.9944, 0.9845, 0.9579, 0.8909, 0.7455, 0.5125, 0.2739, 0.0]


def test_eight_steps_from_noise_take_the_published_levels() -> None:
    assert noise_levels(8) == pytest.approx(PUBLISHED, abs=5e-5)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9, 1.0])
def test_levels_fall_from_where_the_sound_was_noised(share: float) -> None:
    levels = noise_levels(8, share)
    assert levels[0] == level_at(share) and levels[-1] == 0.0
    assert all(level > following for level, following in pairwise(levels))


def test_half_of_the_schedule_begins_at_a_level_of_nine_tenths() -> None:
    assert level_at(0.5) == pytest.approx(0.891, abs=1e-3)


def test_a_network_that_knows_the_clean_sound_gets_there_by_either_way() -> None:
    clean, noise = torch.full((1, 2, 3), 0.25), torch.ones(1, 2, 3)

    def velocity(latents: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        return (latents - clean) / level[:, None, None]

    steps = []
    for made in (
        sample_euler(velocity, noise, noise_levels(4), lambda: steps.append(1)),
        sample_ping_pong(velocity, noise, noise_levels(4), noise.clone, lambda: steps.append(1)),
    ):
        torch.testing.assert_close(made, clean)
    assert len(steps) == 8


def test_ping_pong_never_rises_above_the_level_it_began_at() -> None:
    seen: list[float] = []

    def velocity(latents: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        seen.append(float(level[0]))
        return torch.zeros_like(latents)

    start = torch.zeros(1, 1, 1)
    sample_ping_pong(velocity, start, noise_levels(8, 0.4), start.clone, lambda: None)
    assert max(seen) == seen[0] == pytest.approx(level_at(0.4))


def test_guidance_without_projection_is_the_plain_one() -> None:
    latents, wanted, unwanted = torch.randn(3, 1, 4, 5, generator=torch.Generator().manual_seed(0))
    got = guided(latents, torch.full((1,), 0.5), wanted, unwanted, 3.0, 0.0)
    torch.testing.assert_close(got, unwanted + 3.0 * (wanted - unwanted))


def test_projection_takes_away_what_only_makes_the_sound_larger() -> None:
    latents = torch.zeros(1, 1, 2)
    wanted = torch.tensor([[[-2.0, 0.0]]])  # at level 0.5 the clean sound is (1, 0)
    unwanted = wanted - torch.tensor([[[0.4, 0.3]]])
    got = guided(latents, torch.full((1,), 0.5), wanted, unwanted, 2.0, 1.0)
    torch.testing.assert_close(got, wanted + torch.tensor([[[0.0, 0.3]]]))
