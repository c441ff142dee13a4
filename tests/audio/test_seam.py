"""Above the border level and movement go on from below; below it nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.seam import without_seam

RATE, BORDER_HZ = 32_000, 7250.0


def banded(low_hz: float, high_hz: float, seed: int) -> np.ndarray:
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(RATE))
    frequency_hz = np.fft.rfftfreq(RATE, 1 / RATE)
    spectrum[(frequency_hz < low_hz) | (frequency_hz >= high_hz)] = 0.0
    return 0.1 * np.fft.irfft(spectrum)


def level_db(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    power = np.square(np.abs(np.fft.rfft(samples)))
    frequency_hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(frequency_hz >= low_hz) & (frequency_hz < high_hz)].mean()))


@pytest.mark.parametrize("step_db", [-6.0, 6.0])
def test_a_step_at_the_border_goes_and_what_lies_below_stays(step_db: float) -> None:
    low, high = banded(50, BORDER_HZ, 0), banded(BORDER_HZ, 16_000, 1)
    stepped = (low + 10 ** (step_db / 20) * high).astype(np.float32)
    mended = without_seam(stepped, RATE, BORDER_HZ)
    assert mended.dtype == np.float32 and len(mended) == len(stepped)
    step = level_db(mended, 7400, 7900) - level_db(mended, 6500, 7000)
    assert abs(step) < 2.0 < abs(step_db)
    assert level_db(mended - stepped, 100, 7000) < level_db(stepped, 100, 7000) - 40


def test_what_lies_above_moves_with_what_lies_below() -> None:
    at = np.arange(RATE) / RATE
    beat = 1.0 + 0.9 * np.sin(2 * np.pi * 3 * at)
    made = (banded(50, BORDER_HZ, 0) * beat + banded(BORDER_HZ, 16_000, 1)).astype(np.float32)

    def depth_db(samples: np.ndarray) -> float:
        spectrum = np.fft.rfft(samples)
        frequency_hz = np.fft.rfftfreq(RATE, 1 / RATE)
        spectrum[(frequency_hz < 7500) | (frequency_hz > 8500)] = 0.0
        parts = np.square(np.fft.irfft(spectrum)).reshape(-1, RATE // 50).mean(axis=1)
        return float(np.ptp(10 * np.log10(parts)))

    assert depth_db(without_seam(made, RATE, BORDER_HZ)) > depth_db(made) + 4.0


def test_silence_and_snippets_stay_as_they_are() -> None:
    for samples in (np.zeros(RATE, np.float32), np.ones(10, np.float32)):
        assert np.array_equal(without_seam(samples, RATE, BORDER_HZ), samples)


def test_an_even_sound_keeps_its_level_within_a_decibel() -> None:
    even = banded(50, 16_000, 4).astype(np.float32)
    mended = without_seam(even, RATE, BORDER_HZ)
    for low in range(7_500, 15_000, 1_500):
        before, after = (level_db(each, low, low + 1_500) for each in (even, mended))
        assert after == pytest.approx(before, abs=1.5)


@pytest.mark.parametrize("step_db", [-30.0, 30.0])
def test_a_level_changes_by_six_decibels_at_most_and_less_farther_up(step_db: float) -> None:
    low, high = banded(50, BORDER_HZ, 0), banded(BORDER_HZ, 16_000, 1)
    stepped = (low + 10 ** (step_db / 20) * high).astype(np.float32)
    mended = without_seam(stepped, RATE, BORDER_HZ)
    near, far = (
        level_db(mended, place, place + 500) - level_db(stepped, place, place + 500)
        for place in (7_600, 14_500)
    )
    assert abs(near) < 7.5 and np.sign(near) == -np.sign(step_db)
    assert abs(near) > 3.5 and abs(far) < abs(near) - 1.0


def test_a_border_just_below_the_top_leaves_the_sound_alone() -> None:
    sound = banded(50, 16_000, 4).astype(np.float32)
    assert without_seam(sound, RATE, 15_400.0) is sound
    assert without_seam(sound, RATE, 15_000.0) is not sound
    assert without_seam(sound[:511], RATE, BORDER_HZ).tolist() == sound[:511].tolist()
    assert len(without_seam(sound[:512], RATE, BORDER_HZ)) == 512
