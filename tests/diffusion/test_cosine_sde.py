"""The stochastic solver of Stable Audio Open against closed forms."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from qvim_studio.diffusion.cosine_sde import (
    initial_latents,
    network_level,
    sample_cosine_sde,
    sigma_levels,
)
from qvim_studio.diffusion.seeded_noise import SeededNoise


def test_levels_fall_evenly_in_their_logarithms_from_500_to_three_tenths() -> None:
    levels = sigma_levels(5)
    assert levels[0] == 500.0 and levels[-2] == pytest.approx(0.3) and levels[-1] == 0.0
    ratios = [level / following for level, following in pairwise(levels[:-1])]
    assert ratios == pytest.approx([ratios[0]] * 4)


@pytest.mark.parametrize(("share", "left"), [(1.0, 10), (0.5, 5), (0.01, 1)])
def test_a_start_leaves_the_noisiest_levels_out(share: float, left: int) -> None:
    assert sigma_levels(10, share) == sigma_levels(10)[10 - left :]


def test_levels_are_told_as_angles() -> None:
    assert network_level(1.0) == pytest.approx(0.5)
    assert network_level(500.0) == pytest.approx(math.atan(500.0) * 2 / math.pi)


def test_a_start_lies_under_noise_of_its_level() -> None:
    clean, noise = torch.full((1, 2), 3.0), torch.ones(1, 2)
    torch.testing.assert_close(initial_latents(noise, 2.0, clean), torch.full((1, 2), 5.0))
    torch.testing.assert_close(initial_latents(noise, 2.0, None), noise * math.sqrt(5.0))


def perfect(clean: torch.Tensor, levels: list[float]):  # type: ignore[no-untyped-def]
    """The velocity of a network that knows the clean latents."""
    remaining = iter(levels)

    def velocity(scaled: torch.Tensor, level_input: torch.Tensor) -> torch.Tensor:
        level = next(remaining)
        spread = math.sqrt(level**2 + 1)
        assert float(level_input[0]) == pytest.approx(network_level(level))
        return (scaled * spread / spread**2 - clean) * spread / level

    return velocity


def test_a_network_that_knows_the_clean_sound_gets_there() -> None:
    clean, levels = torch.full((1, 2, 3), 0.25), sigma_levels(6)
    draw = SeededNoise([0], (2, 3))
    done: list[int] = []
    made = sample_cosine_sde(
        perfect(clean, levels),
        initial_latents(draw(), 500.0, None),
        levels,
        draw,
        lambda: done.append(1),
    )
    torch.testing.assert_close(made, clean, atol=1e-4, rtol=1e-4)
    assert len(done) == 6


def test_between_steps_the_noise_is_as_large_as_its_level() -> None:
    """What a step adds is what it takes away: over zeros there is always noise of the level."""
    clean, levels = torch.zeros(1, 1, 200_000), sigma_levels(4)
    draw, seen = SeededNoise([3], (1, 200_000)), []
    follow = perfect(clean, levels)

    def velocity(scaled: torch.Tensor, level_input: torch.Tensor) -> torch.Tensor:
        level = math.tan(float(level_input[0]) * math.pi / 2)
        seen.append(float(scaled.std()) * math.sqrt(level**2 + 1) / level)
        return follow(scaled, level_input)

    sample_cosine_sde(velocity, levels[0] * draw(), levels, draw, lambda: None)
    assert seen == pytest.approx([1.0] * 4, rel=0.01)


def test_what_is_held_is_there_at_the_end() -> None:
    clean, levels = torch.zeros(1, 1, 4), sigma_levels(5)
    is_kept = torch.tensor([[[True, False, False, True]]])
    draw = SeededNoise([1], (1, 4))
    made = sample_cosine_sde(
        perfect(clean, levels),
        500.0 * draw(),
        levels,
        draw,
        lambda: None,
        lambda expected: torch.where(is_kept, torch.full_like(expected, 7.0), expected),
    )
    torch.testing.assert_close(made, torch.tensor([[[7.0, 0.0, 0.0, 7.0]]]), atol=1e-4, rtol=0)
