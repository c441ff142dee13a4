"""Loops: no click in value or slope where the end meets the beginning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from qvim_studio.audio.loop_seam import close_loop, wrapped

RATE = 48_000


def smooth_noise(frames: int, channels: int = 2) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal((frames, channels))
    low = butter(4, 2_000, fs=RATE, output="sos")
    return (0.3 * sosfilt(low, noise, axis=0)).astype(np.float32)


def test_value_and_slope_go_on_over_the_seam() -> None:
    sound = smooth_noise(RATE + 9_600)
    looped = close_loop(sound, 9_600)
    assert looped.shape == (RATE, 2)
    twice = np.concatenate([looped, looped]).astype(np.float64)
    around = slice(RATE - 50, RATE + 50)
    # What goes over the seam is the very sound that goes on there.
    np.testing.assert_allclose(twice[around], sound[around], atol=2e-3)
    steps, bends = np.abs(np.diff(twice, axis=0)), np.abs(np.diff(twice, 2, axis=0))
    usual = slice(RATE // 4, RATE // 2)
    assert steps[RATE - 3 : RATE + 3].max() <= steps[usual].max()
    assert bends[RATE - 4 : RATE + 4].max() <= bends[usual].max()


def test_a_sound_that_is_cut_has_a_click_where_the_loop_has_none() -> None:
    sound = smooth_noise(RATE + 9_600)
    bends = []
    for loop in (sound[:RATE], close_loop(sound, 9_600)):
        twice = np.concatenate([loop, loop]).astype(np.float64)
        bends.append(np.abs(np.diff(twice, 2, axis=0))[RATE - 4 : RATE + 4].max())
    assert bends[0] > 3 * bends[1]


@pytest.mark.parametrize("is_alike", [True, False])
def test_the_fade_is_as_loud_as_the_rest(is_alike: bool) -> None:
    sound = smooth_noise(RATE + 24_000, 1)
    if is_alike:
        sound[RATE:] = sound[:24_000]
    looped = close_loop(sound, 24_000)
    levels = [np.std(part) for part in (looped[:24_000], looped[24_000:])]
    assert levels[0] == pytest.approx(levels[1], rel=0.15)


@pytest.mark.parametrize("overhang", [0, 51, 100])
def test_an_overhang_that_no_loop_has_is_refused(overhang: int) -> None:
    with pytest.raises(ValueError, match="overhang of 1 to"):
        close_loop(np.zeros((100, 1), np.float32), overhang)


def test_what_is_wrapped_begins_anew_as_often_as_it_must() -> None:
    assert wrapped(np.arange(3), 5).tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert wrapped(np.ones((4, 2)), 0).shape == (4, 2)


def test_what_comes_out_of_silence_fades_by_a_quarter_of_a_turn() -> None:
    sound = np.concatenate([np.zeros((100, 1)), np.ones((50, 1))]).astype(np.float32)
    angle = 0.25 * np.pi * (1.0 - np.cos(np.pi * np.arange(50) / 50))
    np.testing.assert_allclose(close_loop(sound, 50)[:50, 0], np.cos(angle), atol=1e-6)
    np.testing.assert_array_equal(close_loop(sound, 50)[50:], sound[50:100])
    assert len(close_loop(sound, 75)) == 75  # as long as the loop itself
