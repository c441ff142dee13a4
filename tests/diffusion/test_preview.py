"""Pictures of a forming sound: when they are made, what they show, what they cost."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.diffusion.preview import TIME_SHARE, Previewer, picture_of_mel
from qvim_studio.diffusion.sampler import expected_clean
from qvim_studio.networks.mel import LOG_FLOOR
from qvim_studio.training.trainers.unet import make_training_scheduler

STEP_S = 0.1
FRAMES = 16


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class SlowVae:
    """Four mel frames for each latent one; takes ``seconds``."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.decoded: list[tuple[int, ...]] = []

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        self.decoded.append(tuple(latents.shape))
        self.clock.now_s += self.seconds
        return torch.zeros(1, 1, 4 * latents.shape[2], 64)


def estimate(frames: int = FRAMES) -> torch.Tensor:
    return torch.zeros(2, 8, frames, 16)


def run(previewer: Previewer, clock: Clock, steps: int) -> list[int]:
    """The steps, from 1, after which there was a picture."""
    seen = []
    for step in range(1, steps + 1):
        clock.now_s += STEP_S
        if previewer.after_step(step / steps, estimate) is not None:
            seen.append(step)
    return seen


@pytest.mark.parametrize("cost_steps", [0.2, 1.0, 3.0])
def test_pictures_take_no_more_than_their_share_of_the_time(cost_steps: float) -> None:
    clock = Clock()
    vae = SlowVae(clock, cost_steps * STEP_S)
    seen = run(Previewer(vae.decode, 200, 64, clock), clock, 200)
    assert seen[0] == 60
    one_s, denoising_s = cost_steps * STEP_S, 200 * STEP_S
    assert len(seen) > 1
    assert len(seen) * one_s <= TIME_SHARE * denoising_s + one_s


def test_a_short_job_is_not_held_up_by_pictures() -> None:
    clock = Clock()
    previewer = Previewer(SlowVae(clock, STEP_S).decode, 8, 64, clock)
    assert run(previewer, clock, 8) == []


def test_a_picture_is_decoded_whole_as_the_result_is() -> None:
    clock = Clock()
    vae = SlowVae(clock, 0.2)
    previewer = Previewer(vae.decode, 40, 640, clock)
    clock.now_s = STEP_S
    picture = previewer.after_step(0.5, lambda: estimate(10 * FRAMES))
    assert vae.decoded == [(1, 8, 10 * FRAMES, 16)]
    assert picture is not None and picture.shape == (64, 640)


def test_a_picture_has_its_lowest_band_first_and_no_padding() -> None:
    log_mel = torch.full((1, 1, 12, 64), LOG_FLOOR)
    log_mel[0, 0, 3, 5] = 0.0
    picture = picture_of_mel(log_mel, 10)
    assert picture.shape == (64, 10)
    assert picture.dtype == np.uint8
    assert np.argwhere(picture).tolist() == [[5, 3]]
    assert picture[5, 3] == 255


@pytest.mark.parametrize("kind", ["v_prediction", "epsilon", "sample"])
def test_the_estimate_of_a_perfect_prediction_is_the_clean_sound(kind: str) -> None:
    scheduler = make_training_scheduler()
    scheduler.register_to_config(prediction_type=kind)
    clean, noise = torch.randn(2, 1, 8, 4, 4, generator=torch.Generator().manual_seed(0))
    timestep = torch.tensor(300)
    alpha = scheduler.alphas_cumprod[timestep]
    noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
    predictions = {
        "v_prediction": alpha.sqrt() * noise - (1 - alpha).sqrt() * clean,
        "epsilon": noise,
        "sample": clean,
    }
    made = expected_clean(scheduler, noisy, predictions[kind], timestep)
    assert torch.allclose(made, clean, atol=1e-4)
