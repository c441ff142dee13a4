"""DDIM with noise of one's own: the published grids, and each step as diffusers' own."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from qvim_studio.diffusion.stochastic_ddim import (
    StochasticDdim,
    cosine_levels,
    scaled_linear_levels,
)

from diffusers import DDIMScheduler  # isort: skip

SHAPE = (1, 2, 4, 3)


def no_noise() -> torch.Tensor:
    raise AssertionError("nothing is drawn")


def test_cosine_levels_are_the_squared_cosine() -> None:
    levels = cosine_levels(1000)
    at = [(math.cos((t / 1000 + 0.008) / 1.008 * math.pi / 2)) ** 2 for t in range(1001)]
    assert np.allclose(levels.numpy(), np.array(at[1:]) / at[0], rtol=1e-12, atol=1e-40)


def test_linear_levels_are_those_of_diffusers() -> None:
    other = DDIMScheduler(beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear")
    assert torch.allclose(scaled_linear_levels().float(), other.alphas_cumprod, rtol=1e-5)


@pytest.mark.parametrize(("steps", "grid"), [(4, [751, 501, 251, 1]), (50, [981, 961, 941, 921])])
def test_a_divisor_of_the_schedule_gives_the_published_grid(steps: int, grid: list[int]) -> None:
    solver = StochasticDdim(cosine_levels(), "v_prediction", no_noise)
    solver.set_timesteps(steps)
    assert solver.timesteps[:4].tolist() == grid and len(solver.timesteps) == steps
    assert solver.timesteps[-1] == 1


@pytest.mark.parametrize("steps", [1, 7, 60, 300, 1000])
def test_any_other_number_of_steps_spans_the_whole_schedule(steps: int) -> None:
    solver = StochasticDdim(cosine_levels(), "v_prediction", no_noise)
    solver.set_timesteps(steps)
    assert len(solver.timesteps) == steps and solver.timesteps[0] == 999


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_every_step_is_the_one_of_diffusers(kind: str, eta: float) -> None:
    generator = torch.Generator().manual_seed(0)
    levels = scaled_linear_levels()
    theirs = DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        prediction_type=kind,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    theirs.set_timesteps(5)
    latents = torch.randn(SHAPE, generator=generator)
    expected = latents
    noises = [torch.randn(SHAPE, generator=generator) for _ in range(5)]
    predictions = [torch.randn(SHAPE, generator=generator) for _ in range(5)]
    drawn = iter(noises)
    ours = StochasticDdim(levels, kind, lambda: next(drawn), eta)
    ours.set_timesteps(5)
    assert ours.timesteps.tolist() == theirs.timesteps.tolist()
    for number, time in enumerate(ours.timesteps):
        (latents,) = ours.step(predictions[number], time, latents)
        expected = theirs.step(
            predictions[number], int(time), expected, eta=eta, variance_noise=noises[number]
        ).prev_sample
    assert torch.allclose(latents, expected, rtol=1e-4, atol=1e-5)


def test_a_noised_start_has_the_level_of_its_timestep() -> None:
    solver = StochasticDdim(scaled_linear_levels(), "v_prediction", no_noise)
    clean, noise = torch.full(SHAPE, 2.0), torch.full(SHAPE, 3.0)
    level = float(solver.alphas_cumprod[400])
    noised = solver.add_noise(clean, noise, torch.tensor([400]))
    assert torch.allclose(noised, 2.0 * math.sqrt(level) + 3.0 * torch.tensor(1 - level).sqrt())


def test_an_unknown_prediction_is_refused() -> None:
    with pytest.raises(ValueError, match="v_prediction"):
        StochasticDdim(cosine_levels(), "sample", no_noise)
