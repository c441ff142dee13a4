"""The solvers walk as diffusers' schedulers do, over every spacing and prediction."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvim_studio.diffusion.noise_schedule import NoiseSchedule
from qvim_studio.diffusion.solvers import Ddim, DpmSolver, LevelSolver, UniformSolver
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import DDIMScheduler, DPMSolverMultistepScheduler  # isort: skip

CONFIG: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.0015,
    "beta_end": 0.0195,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "prediction_type": "v_prediction",
}
PLUS = {"algorithm_type": "dpmsolver++"}
SHAPE = (2, 3, 4, 5)


def theirs(config: dict[str, Any], **options: Any) -> Any:
    known = {name: value for name, value in config.items() if name not in ("clip_sample",)}
    return DPMSolverMultistepScheduler.from_config(known, **PLUS, **options)


def walk(solver: Any, first: int = 0) -> torch.Tensor:
    """The latents after all steps of a made-up network, begun at the step ``first``."""
    generator = torch.Generator().manual_seed(0)
    clean, noise = (torch.randn(SHAPE, generator=generator) for _ in range(2))
    times = solver.timesteps[first:]
    latents = noise if first == 0 else solver.add_noise(clean, noise, times[:1].expand(2))
    if first and hasattr(solver, "set_begin_index"):
        solver.set_begin_index(first)
    for time in times:
        predicted = torch.tanh(latents * (1 + time / 1000)) - 0.3 * clean
        latents = solver.step(predicted, time, latents, return_dict=False)[0]
    return latents


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon", "sample"])
@pytest.mark.parametrize("steps", [1, 4, 20])
@pytest.mark.parametrize("first", [0, 2])
def test_every_solver_ends_where_diffusers_ends(kind: str, steps: int, first: int) -> None:
    config = {**CONFIG, "prediction_type": kind}
    schedule = NoiseSchedule.from_config(config)
    lu = theirs(config, solver_order=2, use_lu_lambdas=True)
    pairs = [
        (Ddim(schedule), DDIMScheduler.from_config(config)),
        (UniformSolver(schedule, 2), lu),
        (DpmSolver(schedule, 1), theirs(config, solver_order=1)),
        (DpmSolver(schedule, 2), theirs(config, solver_order=2)),
    ]
    for ours, published in pairs:
        for solver in (ours, published):
            solver.set_timesteps(steps)
        assert torch.equal(ours.timesteps, published.timesteps)
        begin = min(first, steps - 1)
        torch.testing.assert_close(walk(ours, begin), walk(published, begin), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("steps", [1, 4, 20])
def test_the_level_solver_takes_the_steps_of_one_more_but_the_last(steps: int) -> None:
    published = theirs(
        CONFIG, solver_order=2, use_karras_sigmas=True, final_sigmas_type="sigma_min"
    )
    published.set_timesteps(steps + 1)
    published.num_inference_steps = steps
    published.timesteps, published.sigmas = published.timesteps[:-1], published.sigmas[:-1]
    ours = LevelSolver(NoiseSchedule.from_config(CONFIG), 2)
    ours.set_timesteps(steps)
    assert torch.equal(ours.timesteps, published.timesteps)
    torch.testing.assert_close(ours.sigmas, published.sigmas, rtol=1e-6, atol=0.0)
    torch.testing.assert_close(walk(ours), walk(published), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("spacing", ["linspace", "leading", "trailing"])
def test_spacings_are_those_of_diffusers(spacing: str) -> None:
    config = {**CONFIG, "timestep_spacing": spacing, "set_alpha_to_one": True}
    schedule = NoiseSchedule.from_config(config)
    pairs = [
        (Ddim(schedule), DDIMScheduler.from_config(config)),
        (DpmSolver(schedule, 2), theirs(config, solver_order=2)),
    ]
    for ours, published in pairs:
        for solver in (ours, published):
            solver.set_timesteps(7)
        assert torch.equal(ours.timesteps, published.timesteps)
        torch.testing.assert_close(walk(ours), walk(published), rtol=1e-6, atol=1e-6)


def test_noise_is_added_for_any_trained_timestep_before_steps_are_chosen() -> None:
    schedule = NoiseSchedule.from_config(CONFIG)
    clean, noise = torch.zeros(3, 2, 2, 2), torch.ones(3, 2, 2, 2)
    times = torch.tensor([0, 400, 999])
    made = DpmSolver(schedule, 1).add_noise(clean, noise, times)
    wanted = (1 - schedule.alphas_cumprod[times]).sqrt()
    torch.testing.assert_close(made[:, 0, 0, 0], wanted, rtol=1e-4, atol=1e-5)


def test_given_timesteps_are_walked() -> None:
    ours, published = (
        DpmSolver(NoiseSchedule.from_config(CONFIG), 2),
        theirs(CONFIG, solver_order=2),
    )
    for solver in (ours, published):
        solver.set_timesteps(timesteps=[999, 700, 400, 90])
    torch.testing.assert_close(walk(ours), walk(published), rtol=1e-6, atol=1e-6)
