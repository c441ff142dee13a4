"""Attacks and flutter of a voice are given to a sound, and nothing else is changed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from qvim_studio.audio.following.event_lock import event_gain
from qvim_studio.audio.following.flutter import beating_db, levels_db
from qvim_studio.audio.following.onsets import onset_frames
from qvim_studio.audio.following.shape_lock import shape_lock
from qvim_studio.core.clip import AudioClip

RATE = 16_000


def hiss(seed: int, seconds: float = 1.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(int(seconds * RATE)) * 0.1).astype(np.float32)


def two_knocks() -> np.ndarray:
    """0.15 s apart: near enough that a smooth course of loudness runs them together."""
    at = np.arange(int(1.2 * RATE)) / RATE
    envelope = sum(np.exp(-np.maximum(at - begin, 0) * 30) * (at >= begin) for begin in (0.05, 0.2))
    return (hiss(1) * np.asarray(envelope)).astype(np.float32)


def onsets(samples: np.ndarray) -> list[int]:
    return onset_frames(AudioClip.from_mono(samples.astype(np.float32), RATE))


def test_two_knocks_stay_two() -> None:
    voice = two_knocks()
    blurred = np.sqrt(gaussian_filter1d(np.square(voice), 0.05 * RATE)) * np.sign(hiss(3))
    smooth = shape_lock(hiss(2), blurred, RATE, 1.0)
    made = smooth * event_gain(smooth, voice, RATE, 1.0)
    assert len(onsets(voice)) == 2 and len(onsets(smooth)) == 1
    assert onsets(made) == pytest.approx(onsets(voice), abs=0.04 * RATE)


def test_flutter_is_carried_over() -> None:
    at = np.arange(int(1.2 * RATE)) / RATE
    voice = hiss(1) * (1.0 + 0.8 * np.sin(2 * np.pi * 24 * at)).astype(np.float32)
    smooth = shape_lock(hiss(2), voice, RATE, 0.5)
    made = smooth * event_gain(smooth, voice, RATE, 1.0)
    wanted, before, after = (beating_db(levels_db(one, RATE)) for one in (voice, smooth, made))
    assert np.corrcoef(wanted, before)[0, 1] < 0.7 < 0.9 < np.corrcoef(wanted, after)[0, 1]


def test_a_steady_voice_changes_nothing_behind_its_onset() -> None:
    gain = event_gain(hiss(2), hiss(1), RATE, 1.0)
    assert np.allclose(gain[int(0.2 * RATE) :], 1.0)


@pytest.mark.parametrize("follow", [0.0, 1.0])
def test_silence_and_a_loose_follow_change_nothing(follow: float) -> None:
    nothing = np.zeros(RATE, np.float32)
    assert np.all(event_gain(nothing, hiss(1), RATE, follow) == 1.0)
    assert np.all(event_gain(hiss(1), nothing, RATE, follow) == 1.0)
    assert np.all(event_gain(hiss(1), two_knocks(), RATE, 0.0) == 1.0)
