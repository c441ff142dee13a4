"""Control curves as UNet channels: ranges, relative contours, silence."""

from __future__ import annotations

import numpy as np
import torch

from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES, OFFSET, control_channels


def channels_of(**changes: np.ndarray) -> torch.Tensor:
    curves = {
        "loudness_db": np.zeros(4),
        "centroid_hz": np.full(4, 1000.0),
        "pitch_hz": np.full(4, 200.0),
        "periodicity": np.ones(4),
        **changes,
    }
    return control_channels(**curves, latent_bins=16)


def test_every_control_fills_one_channel_over_all_bins() -> None:
    channels = channels_of()
    assert channels.shape == (1, len(CONTROL_NAMES), 4, 16)
    assert torch.equal(channels[..., 0], channels[..., 15])


def test_known_values_are_never_zero() -> None:
    silent = channels_of(loudness_db=np.array([0.0, -200.0, -200.0, -200.0]))
    assert silent.min() >= OFFSET


def test_pitch_contour_is_the_same_an_octave_lower() -> None:
    melody = np.array([200.0, 300.0, 0.0, 400.0])
    assert torch.allclose(channels_of(pitch_hz=melody), channels_of(pitch_hz=melody / 2))


def test_rising_pitch_rises() -> None:
    pitch = channels_of(pitch_hz=np.array([100.0, 150.0, 200.0, 400.0]))[0, 2, :, 0]
    assert (pitch.diff() > 0).all()
