"""Lows of one sound and highs of another: each band is its own, and they fit in level."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.band_split import with_highs_of

RATE = 16_000


def tones(**levels: float) -> np.ndarray:
    time_s = np.arange(RATE) / RATE
    waves = [level * np.sin(2 * np.pi * int(hz[1:]) * time_s) for hz, level in levels.items()]
    return np.sum(waves, axis=0)[:, None].astype(np.float32)


def level(samples: np.ndarray, hz: int) -> float:
    return float(2 * np.abs(np.fft.rfft(samples[:, 0]))[hz] / len(samples))


def test_lows_stay_and_highs_are_the_other_s_at_a_level_that_fits() -> None:
    low, high = tones(h500=0.3, h3000=0.2, h6000=0.1), tones(h500=0.9, h3000=0.1, h6000=0.05)
    mixed = with_highs_of(low, high, 4_000, RATE)
    assert level(mixed, 500) == pytest.approx(0.3, abs=1e-4)
    assert level(mixed, 3000) == pytest.approx(0.2, abs=1e-4)
    assert level(mixed, 6000) == pytest.approx(0.1, abs=1e-3)  # twice 0.05, as 3000 Hz says


def test_a_sound_with_its_own_highs_is_itself() -> None:
    rng = np.random.default_rng(0)
    sound = (0.1 * rng.standard_normal((RATE, 2))).astype(np.float32)
    np.testing.assert_allclose(with_highs_of(sound, sound, 4_000, RATE), sound, atol=1e-6)


def test_silence_gets_the_highs_as_they_are_and_no_more() -> None:
    mixed = with_highs_of(0 * tones(h500=0.3), tones(h6000=0.05), 4_000, RATE)
    assert level(mixed, 6000) == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(("made", "gain"), [(0.0001, 10.0), (0.01, 10.0), (0.5, 0.2), (5.0, 0.1)])
def test_highs_are_raised_or_lowered_by_twenty_decibels_at_most(made: float, gain: float) -> None:
    low = tones(h3000=0.1)
    high = tones(h3000=made, h6000=0.05)
    mixed = with_highs_of(low, high, 4_000, RATE)
    assert level(mixed, 6000) == pytest.approx(0.05 * gain, rel=0.02)


def test_each_channel_has_a_level_of_its_own() -> None:
    low = np.hstack([tones(h3000=0.2), tones(h3000=0.05)])
    high = np.hstack([tones(h3000=0.1, h6000=0.05)] * 2)
    mixed = with_highs_of(low, high, 4_000, RATE)
    levels = [level(mixed[:, channel : channel + 1], 6000) for channel in (0, 1)]
    assert levels == pytest.approx([0.1, 0.025], rel=0.02)


def test_bands_go_over_into_each_other_below_the_frequency() -> None:
    low, high = tones(h3400=0.1, h3600=0.1, h3800=0.1, h4000=0.1), tones(h3000=0.1)
    mixed = with_highs_of(low, high, 4_000, RATE)
    shares = [level(mixed, hz) / 0.1 for hz in (3400, 3600, 3800, 4000)]
    assert shares == pytest.approx([1.0, 1.0, 0.5, 0.0], abs=1e-3)
