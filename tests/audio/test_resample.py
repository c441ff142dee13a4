"""Rates change, sounds do not."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.resample import mono_at, resample, stereo_at
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


def test_two_channels_stay_two_and_any_other_number_is_the_same_on_both_sides() -> None:
    ramp = np.linspace(-0.5, 0.5, 100, dtype=np.float32)
    stereo = AudioClip(np.stack([ramp, -0.5 * ramp], axis=1), 8_000)
    assert stereo_at(stereo, 8_000) is stereo.samples
    assert stereo_at(stereo, 16_000).shape == (200, 2)
    mono = stereo_at(AudioClip(ramp[:, None], 8_000), 8_000)
    np.testing.assert_array_equal(mono, np.stack([ramp, ramp], axis=1))


def test_a_constant_offset_is_taken_away() -> None:
    wave = 0.1 * np.sin(np.arange(800) * 2 * np.pi / 8).astype(np.float32)
    shifted = AudioClip((wave + np.float32(0.5))[:, None], 8_000)
    np.testing.assert_allclose(mono_at(shifted, 8_000), wave, atol=1e-6)
