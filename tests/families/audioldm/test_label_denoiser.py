"""A denoiser that is steered by labels gives the loop, bit for bit, what its UNet computes."""

from __future__ import annotations

import pytest
import torch
from tiny_checkpoint import make_tiny_unet

from qvim_studio.core.request import SamplerName
from qvim_studio.diffusion.sampler import make_scheduler, sample_latents
from qvim_studio.families.audioldm.label_denoiser import (
    LabelCondition,
    LabelDenoiser,
    label_conditions,
)
from qvim_studio.training.trainers.unet import make_training_scheduler

SHAPE = (2, 8, 8, 16)
STEPS, GUIDANCE = 4, 2.5


def random(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", list(SamplerName))
@pytest.mark.parametrize("has_controls", [True, False])
@torch.inference_mode()
def test_the_loop_computes_to_the_bit_what_its_formula_says(
    name: SamplerName, has_controls: bool
) -> None:
    """Written out: controls beside the latents, both conditions in one batch, then guidance."""
    torch.manual_seed(0)
    unet = make_tiny_unet(12 if has_controls else 8).eval()
    wanted, unwanted, noise = random(2, 512, seed=1), random(2, 512, seed=2), random(*SHAPE, seed=3)
    controls = random(2, 4, 8, 16, seed=4) if has_controls else None
    config = dict(make_training_scheduler().config)

    scheduler, latents = make_scheduler(name, config), noise
    scheduler.set_timesteps(STEPS)
    for timestep in scheduler.timesteps:
        given = latents if controls is None else torch.cat([latents, controls], dim=1)
        both = unet(
            torch.cat([given, given]),
            timestep,
            encoder_hidden_states=None,
            class_labels=torch.cat([unwanted, wanted]),
        ).sample
        away, towards = both.chunk(2)
        noise_pred = away + GUIDANCE * (towards - away)
        latents = scheduler.step(noise_pred, timestep, latents)[0]

    made = sample_latents(
        LabelDenoiser(unet),
        make_scheduler(name, config),
        noise,
        label_conditions(wanted, unwanted, controls),
        steps=STEPS,
        guidance=GUIDANCE,
        on_step=lambda step, steps: None,
        is_cancelled=lambda: False,
    )
    assert torch.equal(made, latents)


def test_joined_conditions_keep_their_order() -> None:
    first, second = (
        LabelCondition(random(1, 512, seed=seed), random(1, 4, 8, 16, seed=seed)) for seed in (1, 2)
    )
    both = first.joined(second)
    assert both.controls is not None and first.controls is not None
    assert torch.equal(both.labels, torch.cat([first.labels, second.labels]))
    assert torch.equal(both.controls[:1], first.controls)
