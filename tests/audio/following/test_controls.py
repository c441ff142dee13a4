"""Control curves against closed forms: tones, noise, silence."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.controls import (
    ControlCurves,
    extract_controls,
    fit_controls,
    smooth_controls,
)


@pytest.mark.parametrize("sample_rate", [16_000, 44_100])
def test_tone_gives_its_level_centroid_and_pitch(sample_rate: int) -> None:
    seconds = np.arange(sample_rate) / sample_rate
    curves = extract_controls(0.5 * np.sin(2 * np.pi * 330 * seconds), sample_rate)
    assert len(curves) == 25
    inner = slice(3, -3)
    assert curves.loudness_db[inner] == pytest.approx(-9.03, abs=0.2)
    assert curves.centroid_hz[inner] == pytest.approx(330, rel=0.03)
    assert curves.pitch_hz[inner] == pytest.approx(330, rel=0.01)
    assert curves.periodicity[inner].min() > 0.5


def test_noise_is_unvoiced_and_bright() -> None:
    curves = extract_controls(0.1 * np.random.default_rng(0).standard_normal(16_000), 16_000)
    assert np.median(curves.pitch_hz) == 0.0
    assert curves.centroid_hz[3:-3] == pytest.approx(4000, rel=0.15)


def test_silence_has_neither_centroid_nor_pitch() -> None:
    curves = extract_controls(np.zeros(100), 16_000)
    assert len(curves) == 1
    assert curves.loudness_db[0] == -120.0
    assert curves.centroid_hz[0] == curves.pitch_hz[0] == 0.0


def curves_of(loudness: np.ndarray) -> ControlCurves:
    return ControlCurves(*(loudness.astype(np.float32) for _ in range(4)))


def test_loose_follow_removes_what_tight_follow_keeps() -> None:
    spike = np.zeros(60)
    spike[30] = 1.0
    assert smooth_controls(curves_of(spike), 1.0).loudness_db.max() == 1.0
    assert smooth_controls(curves_of(spike), 0.5).loudness_db.max() == 0.0


def test_fitting_keeps_the_course_and_never_averages_pitch() -> None:
    course = np.repeat([0.0, 200.0], 10)
    fitted = fit_controls(curves_of(course), 37)
    assert len(fitted) == 37
    assert set(fitted.pitch_hz.tolist()) == {0.0, 200.0}
    assert fitted.loudness_db[0] == 0.0 and fitted.loudness_db[-1] == 200.0


def test_fitted_curves_are_read_at_the_middles_of_their_frames() -> None:
    rising = np.array([0.0, 2.0, 4.0, 6.0], np.float32)
    pitch = np.array([0.0, 100.0, 200.0, 0.0], np.float32)
    curves = ControlCurves(rising, rising, pitch, rising)
    half = fit_controls(curves, 2)
    assert half.loudness_db.tolist() == half.centroid_hz.tolist() == [1.0, 5.0]
    double = fit_controls(curves, 8)
    assert double.periodicity.tolist() == [0.0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.0]
    assert double.pitch_hz.tolist() == [0, 0, 100, 100, 200, 200, 0, 0]
    assert fit_controls(curves, 4).pitch_hz.tolist() == pitch.tolist()
