"""Pictures of a forming sound: when they are made, what they show, what they cost."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from qvim_studio.models.mel import LOG_FLOOR
from qvim_studio.pipeline.preview import PIECE_FRAMES, TIME_SHARE, Previewer, picture_of_mel
from qvim_studio.pipeline.sampler import expected_clean
from qvim_studio.training.unet import make_training_scheduler

STEP_S = 0.1


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class SlowVae:
    """Four mel frames for each latent one; takes ``seconds`` for a piece."""

    dtype = torch.float32

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.pieces = 0

    def decode(self, latents: torch.Tensor) -> SimpleNamespace:
        self.pieces += 1
        self.clock.now_s += self.seconds
        return SimpleNamespace(sample=torch.zeros(1, 1, 4 * latents.shape[2], 64))


def estimate(frames: int = PIECE_FRAMES) -> torch.Tensor:
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
    seen = run(Previewer(vae, 1.0, 200, 64, lambda: False, clock), clock, 200)
    assert seen[0] == 60
    one_s, denoising_s = cost_steps * STEP_S, 200 * STEP_S
    assert len(seen) > 1
    assert len(seen) * one_s <= TIME_SHARE * denoising_s + one_s


def test_a_short_job_is_not_held_up_by_pictures() -> None:
    clock = Clock()
    previewer = Previewer(SlowVae(clock, STEP_S), 1.0, 8, 64, lambda: False, clock)
    assert run(previewer, clock, 8) == []


def test_a_cancel_waits_for_one_piece_at_most() -> None:
    clock = Clock()
    vae = SlowVae(clock, 0.2)
    previewer = Previewer(vae, 1.0, 40, 64, lambda: vae.pieces > 0, clock)
    clock.now_s = STEP_S
    assert previewer.after_step(0.5, lambda: estimate(10 * PIECE_FRAMES)) is None
    assert vae.pieces == 1


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
