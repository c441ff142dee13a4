"""The vocoder's loss: least where sounds are distributed as real ones, not at their average."""

from __future__ import annotations

import numpy as np
import torch

from qvim_studio.training.trainers.vocoder import energy_distance

SAMPLES = 8_192


def hiss(seed: int, level: float = 0.1) -> torch.Tensor:
    noise = np.random.default_rng(seed).standard_normal((2, SAMPLES)) * level
    return torch.from_numpy(noise.astype(np.float32))


def pulses(level: float = 0.1) -> torch.Tensor:
    """As loud as the hiss and as bright, but the same in every frame."""
    train = torch.zeros(2, SAMPLES)
    train[:, ::64] = 8 * level
    return train


def test_fresh_hiss_is_nearer_to_hiss_than_one_sound_for_all() -> None:
    fresh = np.mean([energy_distance(hiss(i), hiss(i + 50), hiss(i + 99)) for i in range(4)])
    frozen = np.mean([energy_distance(hiss(7), hiss(7), hiss(i + 99)) for i in range(4)])
    even = energy_distance(pulses(), pulses(), hiss(99)).item()
    assert fresh < 0.7 * frozen
    assert fresh < even


def test_a_wrong_level_costs() -> None:
    right = energy_distance(hiss(0), hiss(1), hiss(2)).item()
    assert energy_distance(hiss(0, 0.05), hiss(1, 0.05), hiss(2)).item() > right + 0.2


def test_the_exact_sound_costs_nothing_and_gradients_are_finite() -> None:
    real = hiss(0)
    made = real.clone().requires_grad_()
    loss = energy_distance(made, made, real)
    loss.backward()
    assert loss.item() < 2e-3
    assert made.grad is not None and bool(made.grad.isfinite().all())
