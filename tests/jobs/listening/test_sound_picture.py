"""The picture of a sound has its length, its peak and its waveform, for any stretch of it."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import MAX_AT_ONCE_S
from qvim_studio.jobs.listening.sound_picture import analyze, picture_of, picture_of_peaks

RATE = 8_000


def test_a_picture_has_the_minima_and_maxima_of_the_stretch_that_is_asked_for() -> None:
    samples = np.zeros(2 * RATE)
    samples[RATE : RATE + RATE // 2] = 0.25
    samples[RATE + RATE // 2 :] = -0.75
    picture = picture_of(AudioClip.from_mono(samples, RATE))
    assert (picture.duration_s, picture.peak) == (2.0, 0.75)
    (third, fourth) = picture.columns(1.125, 1.375, 1), picture.columns(1.625, 1.875, 1)
    np.testing.assert_array_equal(np.concatenate((third, fourth)), [[0.25] * 2, [-0.75] * 2])


def test_a_picture_of_peaks_shows_the_columns_that_it_is_made_of() -> None:
    peaks = np.array([[-0.5, 0.25], [-0.125, 1.0], [-0.25, 0.0]], np.float32)
    picture = picture_of_peaks(peaks, 0.25, 0.75)
    assert (picture.duration_s, picture.peak, picture.sample_rate) == (0.75, 1.0, 8)
    np.testing.assert_array_equal(picture.columns(0.0, 0.75, 3), peaks)
    assert picture_of_peaks(np.zeros((0, 2)), 0.25, 0.0).peak == 0.0


def test_only_a_sound_that_can_be_imitated_whole_has_curves() -> None:
    tone = 0.5 * np.sin(np.arange(RATE) * 0.5)
    short = analyze(AudioClip.from_mono(tone, RATE))
    assert short.curves is not None
    long = analyze(AudioClip.from_mono(np.zeros(int((MAX_AT_ONCE_S + 1) * 1_000)), 1_000))
    assert long.curves is None
