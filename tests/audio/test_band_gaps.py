"""Moments at which a sound's band ends lower than usual are filled; other sounds stay."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.band_gaps import without_gaps

RATE = 16_000


def hiss(seconds: float, end_hz: float, seed: int = 0) -> np.ndarray:
    """Pink noise that ends like a model's at ``end_hz``."""
    frames = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(frames))
    frequency_hz = np.fft.rfftfreq(frames, 1 / RATE)
    spectrum *= np.sqrt(500.0 / np.maximum(frequency_hz, 500.0)) * (frequency_hz < end_hz)
    return (0.1 * np.fft.irfft(spectrum, frames)).astype(np.float32)


def with_gap(begin_s: float, end_s: float, seconds: float = 6.0) -> np.ndarray:
    """The same noise, its band from 7.0 kHz on missing for a while."""
    whole, narrow = hiss(seconds, 7_400.0), hiss(seconds, 7_000.0)
    begin, end = round(begin_s * RATE), round(end_s * RATE)
    return np.concatenate([whole[:begin], narrow[begin:end], whole[end:]])


def band_db(samples: np.ndarray, begin_s: float, end_s: float, low_hz: float, high_hz: float):
    part = samples[round(begin_s * RATE) : round(end_s * RATE)]
    power = np.square(np.abs(np.fft.rfft(part * np.hanning(len(part)))))
    frequency_hz = np.fft.rfftfreq(len(part), 1 / RATE)
    inside = (frequency_hz > low_hz) & (frequency_hz < high_hz)
    return 10 * np.log10(power[inside].mean())


def test_a_gap_gets_the_level_that_the_band_has_elsewhere_and_the_rest_stays() -> None:
    given = with_gap(2.0, 3.5)
    filled = without_gaps(given, RATE)
    assert filled.shape == given.shape and filled.dtype == np.float32
    usual = band_db(given, 0.2, 1.7, 7_050, 7_350)
    assert band_db(given, 2.1, 3.4, 7_150, 7_350) < usual - 40.0
    assert band_db(filled, 2.1, 3.4, 7_150, 7_350) == pytest.approx(usual, abs=2.0)
    away = np.r_[0 : round(1.9 * RATE), round(3.6 * RATE) : len(given)]
    np.testing.assert_allclose(filled[away], given[away], atol=1e-6)
    for low, high in ((0, 3_000), (3_000, 6_500)):
        before, after = (band_db(each, 2.1, 3.4, low, high) for each in (given, filled))
        assert after == pytest.approx(before, abs=0.05)


def test_a_sound_without_a_gap_stays_the_very_same() -> None:
    steps = np.repeat([1.0, 0.1, 0.5], 2 * RATE).astype(np.float32)
    for sound in (
        hiss(6.0, 7_400.0),
        hiss(6.0, 4_500.0),
        steps * hiss(6.0, 7_400.0),
        np.zeros(RATE, np.float32),
        hiss(0.01, 7_400.0),
    ):
        assert without_gaps(sound, RATE) is sound


def test_a_sound_that_fades_evenly_towards_dull_has_no_gap() -> None:
    """Like a cymbal: no edge, however quiet the top becomes."""
    rng = np.random.default_rng(1)
    time_s, count = np.arange(4 * RATE) / RATE, 40
    sound = np.zeros(len(time_s))
    for number in range(count):
        spectrum = np.fft.rfft(rng.standard_normal(len(time_s)))
        frequency_hz = np.fft.rfftfreq(len(time_s), 1 / RATE)
        low, high = number * 200.0, number * 200.0 + 200.0
        spectrum *= (frequency_hz >= low) & (frequency_hz < high)
        sound += np.fft.irfft(spectrum, len(time_s)) * np.exp(-time_s * number / 8)
    sound = (0.1 * sound).astype(np.float32)
    assert without_gaps(sound, RATE) is sound
