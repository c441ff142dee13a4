"""UNet training: gradients reach the FiLM weights, controls matter, a step learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.audio.following.controls import ControlCurves
from qvim_studio.training.trainers.latents import LatentItem, LatentSet
from qvim_studio.training.trainers.unet import (
    UnetBatches,
    UnetTraining,
    denoising_loss,
    make_training_scheduler,
    make_unet,
)

from diffusers import DDIMScheduler, UNet2DConditionModel  # isort: skip

OPTIONS = UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32)


def make_batches(options: UnetTraining = OPTIONS) -> UnetBatches:
    rng = np.random.default_rng(0)
    items = []
    for frames in (5, 30):
        curves = ControlCurves(*(np.ones(frames, np.float32) * 100 for _ in range(4)))
        latents = rng.standard_normal((frames, 8, 16)).astype(np.float16)
        items.append([LatentItem(latents, curves)])
    targets = np.eye(2, 512, dtype=np.float32)
    null = np.full(512, 512**-0.5, np.float32)
    latent_set = LatentSet(items, np.zeros((8, 16), np.float16))
    return UnetBatches(latent_set, np.array([0, 1]), targets, null, None, options)


def test_batches_have_the_shapes_that_the_unet_takes() -> None:
    batch = make_batches().draw(np.random.default_rng(1))
    assert batch.latents.shape == (4, 8, 8, 16)
    assert batch.controls.shape == (4, 4, 8, 16)
    assert batch.items.shape == batch.is_dropped.shape == (4,)
    torch.testing.assert_close(batch.conditions.norm(dim=1), torch.ones(4))


def test_dropped_condition_is_the_null_vector_and_not_zeros() -> None:
    options = UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32, drop_condition=1)
    batch = make_batches(options).draw(np.random.default_rng(1))
    assert batch.is_dropped.all()
    torch.testing.assert_close(batch.conditions, torch.full((4, 512), 512**-0.5))


def loss_of(
    unet: UNet2DConditionModel, scheduler: DDIMScheduler, batches: UnetBatches, seed: int
) -> torch.Tensor:
    batch = batches.draw(np.random.default_rng(seed))
    return denoising_loss(unet, scheduler, batch.latents, batch.controls, batch.conditions)


def test_gradients_reach_the_condition_and_the_controls() -> None:
    torch.manual_seed(0)
    unet = make_unet((16, 32, 32), 1)
    loss_of(unet, make_training_scheduler(), make_batches(), 0).backward()
    assert unet.class_embedding.weight.grad.norm() > 1e-6
    assert unet.conv_in.weight.grad[:, 8:].norm() > 1e-6


def test_steps_on_one_noised_batch_lower_its_loss() -> None:
    torch.manual_seed(0)
    unet = make_unet((16, 32, 32), 1)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=3e-3)
    batches, scheduler = make_batches(), make_training_scheduler()
    losses = []
    for _ in range(20):
        torch.manual_seed(0)
        loss = loss_of(unet, scheduler, batches, 0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0], losses


def test_short_sound_is_followed_by_silence() -> None:
    batches = make_batches()
    frames, curves = batches._crop(batches.latents.items[0][0], 8, np.random.default_rng(4))
    silent = np.flatnonzero(np.abs(frames).max(axis=(1, 2)) == 0)
    assert len(silent) == 3
    assert curves[0, silent] == pytest.approx(-120.0)
