"""Rates change, sounds do not."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.core.clip import AudioClip


def test_a_sine_is_the_same_sine_at_the_other_rate() -> None:
    def sine(rate: int) -> np.ndarray:
        return 0.5 * np.sin(2 * np.pi * 500 * np.arange(rate // 2) / rate)

    made = resample(AudioClip.from_mono(sine(44_100), 44_100), 16_000)
    assert made.sample_rate == 16_000 and made.samples.shape == (8_000, 1)
    assert np.abs(made.samples[400:-400, 0] - sine(16_000)[400:-400]).max() < 1e-3


def test_the_same_rate_costs_nothing() -> None:
    clip = AudioClip.from_mono(np.ones(10), 8_000)
    assert resample(clip, 8_000) is clip


def test_channels_are_averaged() -> None:
    signs = np.where(np.arange(100) % 2, 1, -1).astype(np.float32)
    clip = AudioClip(signs[:, None] * np.float32([0.4, 0.2]), 8_000)
    np.testing.assert_allclose(mono_at(clip, 8_000), 0.3 * signs, rtol=1e-6)
