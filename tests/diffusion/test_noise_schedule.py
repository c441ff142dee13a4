"""Noise schedules are read from scheduler files; unsupported values are refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from qvim_studio.diffusion.noise_schedule import NoiseSchedule, noised
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

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


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"beta_schedule": "squaredcos_cap_v2"}, "beta_schedule"),
        ({"prediction_type": "flow_prediction"}, "prediction_type"),
        ({"timestep_spacing": "karras"}, "timestep_spacing"),
        ({"thresholding": True}, "thresholding"),
        ({"clip_sample": True}, "clip_sample"),
    ],
)
def test_what_is_unknown_is_refused_by_name(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        NoiseSchedule.from_config({**CONFIG, **change})


def schedule(**changes: Any) -> NoiseSchedule:
    return NoiseSchedule.from_config({**CONFIG, **changes})


@pytest.mark.parametrize(
    ("spacing", "offset", "times"),
    [
        ("leading", 0, [800, 600, 400, 200, 0]),
        ("leading", 1, [801, 601, 401, 201, 1]),
        ("trailing", 1, [999, 799, 599, 399, 199]),
        ("linspace", 1, [999, 749, 500, 250, 0]),
    ],
)
def test_spacings_are_those_of_the_paper(spacing: str, offset: int, times: list[int]) -> None:
    """Lin et al. 2024, table 2, whose timesteps begin with 1."""
    found = schedule(timestep_spacing=spacing, steps_offset=offset)
    assert found.even_timesteps(5).tolist() == times


@pytest.mark.parametrize("spacing", ["linspace", "leading", "trailing"])
def test_every_number_of_steps_gives_as_many_trained_timesteps(spacing: str) -> None:
    """As 1000 - 61 * (1000 / 61) is not quite zero, a sixty-second one could follow."""
    found = schedule(timestep_spacing=spacing)
    for steps in range(1, 251):
        times = found.even_timesteps(steps)
        assert len(times) == steps and times.min() >= 0 and times.max() < 1000
        assert (np.diff(times) < 0).all()


def test_signal_falls_as_the_betas_say() -> None:
    linear = schedule(beta_schedule="linear", beta_start=0.1, beta_end=0.3, num_train_timesteps=3)
    expected = [0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.7]
    assert linear.alphas_cumprod.tolist() == pytest.approx(expected)
    scaled = schedule(beta_start=0.01, beta_end=0.09, num_train_timesteps=3)
    assert scaled.betas.tolist() == pytest.approx([0.01, 0.04, 0.09])


def test_absent_values_and_nulls_are_the_defaults_of_diffusers() -> None:
    found = NoiseSchedule.from_config({"thresholding": None, "clip_sample": None})
    assert (found.prediction_type, found.spacing) == ("epsilon", "leading")
    assert (found.steps_offset, found.ends_clean, len(found.betas)) == (0, True, 1000)
    assert found.betas[[0, -1]].tolist() == pytest.approx([0.0001, 0.02])


def test_noise_and_signal_share_the_power_of_each_row() -> None:
    clean, noise = torch.full((2, 1, 3), 2.0), torch.full((2, 1, 3), 5.0)
    made = noised(clean, noise, torch.tensor([1.0, 0.36]))
    expected = torch.tensor([2.0, 0.6 * 2.0 + 0.8 * 5.0])
    torch.testing.assert_close(made[:, 0, 0], expected)
