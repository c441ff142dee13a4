"""Highs are added window by window without a seam; the sound below them is not changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.upscale import Upscale
from qvim_studio.generation.finish.upscale_windows import (
    is_upscaled_in_windows,
    upscale_windows,
    with_highs,
)

RATE = 1000


def noise(seconds: float, rate: int = RATE, channels: int = 2) -> AudioClip:
    samples = np.random.default_rng(0).standard_normal((round(seconds * rate), channels))
    return AudioClip(0.1 * samples.astype(np.float32), rate)


def joined(
    sound: AudioClip, extend: Callable[[np.ndarray, int], np.ndarray], given: int, made: int
) -> np.ndarray:
    return np.concatenate(list(with_highs(sound, upscale_windows(sound), given, made, extend)))


def test_windows_of_thirty_seconds_overlap_by_one() -> None:
    assert [(w.begin, w.end, w.kept) for w in upscale_windows(noise(30.0))] == [(0, 30_000, 0)]
    assert [(w.begin, w.end, w.kept) for w in upscale_windows(noise(60.0))] == [
        (0, 30_000, 0),
        (29_000, 59_000, 1000),
        (58_000, 60_000, 1000),
    ]


@pytest.mark.parametrize("seconds", [3.0, 30.001, 65.5])
def test_a_sound_to_which_nothing_is_added_stays_bit_by_bit(seconds: float) -> None:
    sound = noise(seconds)
    made = joined(sound, lambda given, number: given.copy(), RATE, RATE)
    np.testing.assert_array_equal(made, sound.samples)


def test_the_same_addition_in_two_windows_keeps_its_power_where_they_meet() -> None:
    sound, rng = noise(59.0), np.random.default_rng(1)
    added = lambda given, number: given + rng.standard_normal(given.shape)  # noqa: E731
    highs = joined(sound, added, RATE, RATE) - sound.samples
    seam, before = highs[29_000:30_000], highs[:29_000]
    assert seam.std() == pytest.approx(before.std(), rel=0.05)


def test_each_window_is_added_to_with_its_number_and_fades_into_the_next() -> None:
    sound = noise(59.0)
    made = joined(sound, lambda given, number: given + (number + 1.0), RATE, RATE)
    highs = (made - sound.samples)[:, 0]
    np.testing.assert_allclose(highs[:29_000], 1.0, atol=1e-5)
    np.testing.assert_allclose(highs[30_000:], 2.0, atol=1e-5)
    for place in (0.25, 0.5):
        fading, rising = np.cos(np.pi / 2 * place), np.sin(np.pi / 2 * place)
        expected = fading + 2.0 * rising
        assert highs[29_000 + round(1000 * place)] == pytest.approx(expected, rel=0.01)


def test_rates_change_without_a_seam_between_windows() -> None:
    """The upscaler here knows only what the sound at its input rate holds."""
    sound = noise(61.0, 1000, channels=1)
    given: list[int] = []

    def extend(samples: np.ndarray, number: int) -> np.ndarray:
        given.append(len(samples))
        return resample(AudioClip(samples, 800), 2000).samples

    made = joined(sound, extend, 800, 2000)
    assert len(made) == 61 * 2000 and given == [24_000, 24_000, 800 * 3]
    whole = resample(sound, 2000).samples
    low = np.fft.rfft(made[:, 0] - whole[:, 0])[: 61 * 300]
    assert np.abs(low).max() < 0.02 * np.abs(np.fft.rfft(whole[:, 0])[: 61 * 300]).max()


def test_only_long_sounds_of_requests_with_windows_are_upscaled_in_them() -> None:
    request = GenerationRequest(upscale=Upscale(noise(30.1)), upscaler="highs")
    assert is_upscaled_in_windows(request)
    assert not is_upscaled_in_windows(replace(request, in_windows=False))
    assert not is_upscaled_in_windows(replace(request, upscale=Upscale(noise(30.0))))
