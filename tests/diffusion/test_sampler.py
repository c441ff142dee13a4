"""The sampling loop: deterministic, cancellable, guided, and exact on a known denoiser."""

from __future__ import annotations

import pytest
import torch
from tiny_checkpoint import make_tiny_unet

from qvim_studio.core.errors import CancelledError
from qvim_studio.core.request import SamplerName
from qvim_studio.diffusion.sampler import (
    Kept,
    Steering,
    executed_steps,
    expected_clean,
    make_scheduler,
    prediction_of,
    sample_latents,
    steer,
)
from qvim_studio.families.audioldm.label_denoiser import (
    LabelCondition,
    LabelConditions,
    LabelDenoiser,
    label_conditions,
)
from qvim_studio.families.audioldm.listener import LatentListener, ListenerConfig
from qvim_studio.training.trainers.unet import make_training_scheduler as training_scheduler

SHAPE = (1, 8, 8, 16)


def unit(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(1, 512, generator=generator), dim=-1)


def conditions() -> LabelConditions:
    return label_conditions(unit(1), unit(2), torch.zeros(1, 4, 8, 16))


class PerfectDenoiser:
    """Knows the clean latents and so always gives the exact velocity."""

    def __init__(self, clean: torch.Tensor) -> None:
        self.clean = clean
        self.schedule = training_scheduler()

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: LabelCondition
    ) -> torch.Tensor:
        alpha = self.schedule.alphas_cumprod[timestep.long()]
        noise = (latents - alpha.sqrt() * self.clean) / (1 - alpha).sqrt()
        return alpha.sqrt() * noise - (1 - alpha).sqrt() * self.clean


@pytest.mark.parametrize("name", list(SamplerName))
@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_exact_denoiser_leads_to_the_clean_latents(name: SamplerName, strength: float) -> None:
    clean = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))
    steps: list[tuple[int, int]] = []
    made = sample_latents(
        PerfectDenoiser(clean),
        make_scheduler(name, dict(training_scheduler().config), has_start=strength < 1.0),
        torch.randn(SHAPE),
        label_conditions(unit(1), unit(1)),
        steps=10,
        guidance=1.0,
        start=None if strength == 1.0 else torch.zeros(SHAPE),
        strength=strength,
        on_step=lambda i, n: steps.append((i, n)),
        is_cancelled=lambda: False,
    )
    # DDIM ends at the first training timestep, whose noise of 0.04 remains.
    assert (made - clean).std() < 0.06
    count = executed_steps(10, strength)
    assert steps == [(i, count) for i in range(1, count + 1)]


@pytest.mark.parametrize("name", list(SamplerName))
@pytest.mark.parametrize("has_start", [True, False])
def test_what_is_kept_arrives_unchanged_and_the_rest_is_made(
    name: SamplerName, has_start: bool
) -> None:
    clean, own = (
        torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)
    )
    is_made = (torch.arange(SHAPE[2]) < 3)[None, None, :, None]
    made = sample_latents(
        PerfectDenoiser(clean),
        make_scheduler(name, dict(training_scheduler().config), has_start=has_start),
        torch.randn(SHAPE),
        label_conditions(unit(1), unit(1)),
        steps=10,
        guidance=1.0,
        start=own if has_start else None,
        strength=0.5 if has_start else 1.0,
        kept=Kept(own, is_made),
        on_step=lambda i, n: None,
        is_cancelled=lambda: False,
    )
    assert (made - clean)[:, :, :3].std() < 0.06
    assert (made - own)[:, :, 3:].std() < 0.06


class GaussianDenoiser(PerfectDenoiser):
    """Exact where the clean latents are spread around those that it knows."""

    SPREAD = 0.7

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: LabelCondition
    ) -> torch.Tensor:
        alpha = self.schedule.alphas_cumprod[timestep.long()]
        off = latents - alpha.sqrt() * self.clean
        noise = (1 - alpha).sqrt() * off / (alpha * self.SPREAD**2 + 1 - alpha)
        clean = (latents - (1 - alpha).sqrt() * noise) / alpha.sqrt()
        return alpha.sqrt() * noise - (1 - alpha).sqrt() * clean


def test_ten_steps_are_nearer_to_many_than_twenty_five_of_ddim() -> None:
    generator = torch.Generator().manual_seed(0)
    denoiser = GaussianDenoiser(torch.randn(SHAPE, generator=generator))
    noise = torch.randn(SHAPE, generator=generator)

    def made(name: SamplerName, steps: int) -> torch.Tensor:
        scheduler = make_scheduler(name, dict(training_scheduler().config))
        return sample_latents(
            denoiser,
            scheduler,
            noise,
            label_conditions(unit(1), unit(1)),
            steps=steps,
            guidance=1.0,
            on_step=lambda i, n: None,
            is_cancelled=lambda: False,
        )

    many = made(SamplerName.DDIM, 200)
    few = (made(SamplerName.DPM_SOLVER, 10) - many).norm()
    assert few < (made(SamplerName.DDIM, 25) - many).norm()
    assert few / many.norm() < 0.02


class CountingDenoiser(PerfectDenoiser):
    """Notes how many latents each step gave it: twice the batch where the step is guided."""

    def __init__(self, clean: torch.Tensor) -> None:
        super().__init__(clean)
        self.rows: list[int] = []

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: LabelCondition
    ) -> torch.Tensor:
        self.rows.append(len(latents))
        return super().__call__(latents, timestep, condition)


@pytest.mark.parametrize(
    ("share", "strength", "rows"),
    [
        (0.7, 1.0, [2] * 7 + [1] * 3),
        (0.7, 0.5, [2] * 2 + [1] * 3),  # of the same noise levels
        (1.0, 1.0, [2] * 10),
    ],
)
def test_the_last_steps_do_without_guidance(share: float, strength: float, rows: list[int]) -> None:
    denoiser = CountingDenoiser(torch.zeros(SHAPE))
    sample_latents(
        denoiser,
        make_scheduler(
            SamplerName.DPM_SOLVER, dict(training_scheduler().config), has_start=strength < 1.0
        ),
        torch.randn(SHAPE),
        label_conditions(unit(1), unit(2)),
        steps=10,
        guidance=2.0,
        guided_share=share,
        start=None if strength == 1.0 else torch.zeros(SHAPE),
        strength=strength,
        on_step=lambda i, n: None,
        is_cancelled=lambda: False,
    )
    assert denoiser.rows == rows


def test_cancel_stops_before_the_next_step() -> None:
    steps: list[int] = []
    with pytest.raises(CancelledError):
        sample_latents(
            LabelDenoiser(make_tiny_unet().eval()),
            make_scheduler(SamplerName.DDIM, dict(training_scheduler().config)),
            torch.randn(SHAPE),
            conditions(),
            steps=10,
            guidance=2.0,
            on_step=lambda i, n: steps.append(i),
            is_cancelled=lambda: len(steps) == 3,
        )
    assert steps == [1, 2, 3]


def tiny_listener() -> LatentListener:
    torch.manual_seed(0)
    listener = LatentListener(ListenerConfig(channels=16, blocks=2, directions=3))
    listener.know(torch.randn(40, 512))
    return listener.eval().requires_grad_(False)


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon", "sample"])
def test_a_prediction_and_the_clean_latents_say_the_same(kind: str) -> None:
    scheduler = training_scheduler()
    scheduler.register_to_config(prediction_type=kind)
    latents, prediction, timestep = torch.randn(SHAPE), torch.randn(SHAPE), torch.tensor(400)
    clean = expected_clean(scheduler, latents, prediction, timestep)
    again = prediction_of(scheduler, latents, clean, timestep)
    torch.testing.assert_close(again, prediction, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("weight", "share"), [(0.0, 0.0), (1e9, 1.0)])
def test_steering_shifts_the_clean_latents_by_no_more_than_they_are(
    weight: float, share: float
) -> None:
    scheduler, timestep = training_scheduler(), torch.tensor(600)
    latents, prediction = torch.randn(2, 8, 8, 16), torch.randn(2, 8, 8, 16)
    steering = Steering(tiny_listener(), weight, torch.cat([unit(1), unit(2)]))
    steered = steer(steering, scheduler, latents, prediction, timestep)
    before, after = (
        expected_clean(scheduler, latents, each, timestep) for each in (prediction, steered)
    )
    shares = (after - before).std(dim=(1, 2, 3)) / before.std(dim=(1, 2, 3))
    torch.testing.assert_close(shares, torch.full((2,), share), atol=1e-3, rtol=1e-3)


def test_a_small_weight_shifts_in_proportion() -> None:
    scheduler, timestep = training_scheduler(), torch.tensor(600)
    latents, prediction = torch.randn(SHAPE), torch.randn(SHAPE)
    listener = tiny_listener()
    plain, light, heavy = (
        steer(Steering(listener, weight, unit(1)), scheduler, latents, prediction, timestep)
        for weight in (0.0, 1.0, 2.0)
    )
    assert 0.0 < (light - plain).std() < 0.1 * plain.std()
    torch.testing.assert_close(heavy - plain, 2.0 * (light - plain), atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize("level", [100, 600])
def test_the_shift_is_the_gradient_of_the_log_probability(level: int) -> None:
    """Dhariwal & Nichol, eq. 10, seen from the clean latents: noise variance over signal."""
    scheduler, timestep = training_scheduler(), torch.tensor(level)
    latents, prediction = torch.randn(SHAPE), torch.randn(SHAPE)
    listener = tiny_listener()
    steered = steer(Steering(listener, 1.0, unit(1)), scheduler, latents, prediction, timestep)
    before, after = (
        expected_clean(scheduler, latents, each, timestep) for each in (prediction, steered)
    )
    alpha = scheduler.alphas_cumprod[level]
    shift = (1 - alpha) / alpha.sqrt() * listener.gradient(latents, timestep, unit(1))
    torch.testing.assert_close(after - before, shift, atol=1e-5, rtol=1e-2)


def test_steered_sounds_are_heard_as_what_was_wanted() -> None:
    listener, likeness = tiny_listener(), []
    clean = torch.randn(SHAPE, generator=torch.Generator().manual_seed(0))
    for steering in (None, Steering(listener, 300.0, unit(1))):
        made = sample_latents(
            PerfectDenoiser(clean),
            make_scheduler(SamplerName.DPM_SOLVER, dict(training_scheduler().config)),
            torch.randn(SHAPE, generator=torch.Generator().manual_seed(1)),
            label_conditions(unit(1), unit(1)),
            steps=10,
            guidance=1.0,
            steering=steering,
            on_step=lambda step, steps: None,
            is_cancelled=lambda: False,
        )
        likeness.append(listener.likeness(made, torch.tensor([0]), unit(1)).item())
    assert likeness[1] > likeness[0] + 0.05
