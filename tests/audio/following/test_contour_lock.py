"""Contour-lock: brightness and pitch go as the imitation's do, from wherever the sound is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from qvim_studio.audio.following.contour_lock import (
    brightness_lock,
    course_of_pitch,
    has_pitch,
    is_loud,
    is_voiced,
    pitch_course,
    pitch_lock,
)
from qvim_studio.audio.following.controls import ControlCurves, extract_controls

RATE = 16_000
SECONDS = np.arange(2 * RATE) / RATE
SWAY = 0.8 * np.sin(2 * np.pi * 0.6 * SECONDS)


def voice(octaves: np.ndarray, base_hz: float = 220.0, partials: int = 7) -> np.ndarray:
    turns = np.cumsum(base_hz * 2.0**octaves) / RATE
    tones = sum(np.sin(2 * np.pi * k * turns) / (4 * k) for k in range(1, partials + 1))
    return tones.astype(np.float32)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.1, len(SECONDS)).astype(np.float32)


def swaying_hiss() -> np.ndarray:
    """A band of noise between 750 Hz and 3 kHz."""
    hiss, made = noise(1), np.zeros(len(SECONDS), np.float32)
    for begin in range(0, len(hiss), 160):
        middle = 1500 * 2 ** np.sin(2 * np.pi * 0.7 * SECONDS[begin])
        band = butter(2, [middle / 1.4, middle * 1.4], "band", fs=RATE, output="sos")
        made[begin : begin + 160] = sosfilt(band, hiss[max(0, begin - 800) : begin + 160])[-160:]
    return made


def distance(first: np.ndarray, second: np.ndarray, curve: str) -> float:
    """Median, in octaves, of the two courses, each from its own median."""
    courses = []
    for samples in (first, second):
        curves = extract_controls(samples, RATE)
        octaves = np.log2(np.maximum(getattr(curves, curve)[2:-2], 1.0))
        courses.append(octaves - np.median(octaves))
    return float(np.median(np.abs(courses[0] - courses[1])))


@pytest.mark.parametrize("sound", [noise(0), voice(0 * SECONDS, 300.0, 20)], ids=["noise", "tones"])
def test_brightness_goes_along(sound: np.ndarray) -> None:
    imitation = swaying_hiss()
    assert distance(imitation, sound, "centroid_hz") > 0.4
    tight, loose = (brightness_lock(sound, imitation, RATE, follow) for follow in (1.0, 0.5))
    assert distance(imitation, tight, "centroid_hz") < 0.06
    assert 0.1 < distance(imitation, loose, "centroid_hz") < 0.4
    levels = [20 * np.log10(np.std(made[4_000:-4_000])) for made in (sound, tight)]
    assert abs(levels[0] - levels[1]) < 0.5


@pytest.mark.parametrize(
    "sound",
    [voice(0 * SECONDS, 500.0), voice(-0.25 * SECONDS, 400.0)],
    ids=["steady", "falling by itself"],
)
def test_pitch_goes_along(sound: np.ndarray) -> None:
    imitation = voice(SWAY)
    assert distance(imitation, sound, "pitch_hz") > 0.3
    tight = pitch_lock(sound, imitation, RATE, 1.0)
    assert distance(imitation, tight, "pitch_hz") < 0.03
    half = pitch_lock(sound, imitation, RATE, 0.5)
    assert 0.1 < distance(imitation, half, "pitch_hz") < 0.4


def test_no_moment_is_bent_by_more_than_an_octave() -> None:
    """The voice glides over three octaves."""
    imitation = voice(1.5 * np.sin(2 * np.pi * 0.5 * SECONDS), partials=3)
    bent = pitch_lock(voice(0 * SECONDS, 400.0, 3), imitation, RATE, 1.0)
    octaves = np.log2(extract_controls(bent, RATE).pitch_hz[4:-4] / 400.0)
    assert np.abs(octaves).max() == pytest.approx(1.0, abs=0.1)


def test_what_has_no_pitch_is_moved_by_a_voice() -> None:
    band = butter(2, [900, 1300], "band", fs=RATE, output="sos")
    hiss = sosfilt(band, noise(0)).astype(np.float32)
    bent = pitch_lock(hiss, voice(0.5 * np.sin(2 * np.pi * 0.6 * SECONDS)), RATE, 1.0)
    middles = extract_controls(bent, RATE).centroid_hz
    assert middles[8:12].mean() > 1.5 * middles[28:34].mean()


def test_octaves_that_a_detector_jumps_are_no_course() -> None:
    """The voice drops by an octave from one frame to the next and stays there."""
    imitation = voice(np.where(SECONDS < 1.0, 0.0, -1.0))
    sound = voice(0 * SECONDS, 500.0)
    assert distance(sound, pitch_lock(sound, imitation, RATE, 1.0), "pitch_hz") < 0.03


@pytest.mark.parametrize("lock", [brightness_lock, pitch_lock])
def test_what_gives_no_course_changes_nothing(lock) -> None:
    sound = voice(SWAY, 300.0)
    silence = np.zeros(RATE, np.float32)
    assert lock(sound, swaying_hiss(), RATE, 0.0) is sound
    assert lock(sound, silence, RATE, 1.0) is sound
    assert lock(silence, voice(SWAY), RATE, 1.0) is silence
    assert lock(sound[:200], voice(SWAY)[:200], RATE, 1.0).tolist() == sound[:200].tolist()


def test_a_hiss_bends_no_pitch() -> None:
    sound = voice(0 * SECONDS, 300.0)
    assert pitch_lock(sound, swaying_hiss(), RATE, 1.0) is sound


@pytest.mark.parametrize("seconds", [0.7, 3.1])
def test_sounds_of_another_length_keep_it(seconds: float) -> None:
    sound = np.resize(voice(SWAY, 400.0), int(seconds * RATE))
    for lock in (brightness_lock, pitch_lock):
        locked = lock(sound, voice(SWAY), RATE, 1.0)
        assert locked.shape == sound.shape and locked.dtype == np.float32
        assert np.isfinite(locked).all()


def curves(loudness_db: list[float], pitch_hz: list[float]) -> ControlCurves:
    loudness, pitch = (np.array(values, np.float32) for values in (loudness_db, pitch_hz))
    return ControlCurves(loudness, 0 * pitch, pitch, 0 * pitch)


def test_frames_count_as_loud_down_to_forty_decibels_below_the_loudest() -> None:
    found = curves([-10, -49, -50, -51], [100, 0, 100, 100])
    assert is_loud(found).tolist() == [True, True, False, False]
    assert is_voiced(found).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("voiced", "audible", "has"),
    [(4, 4, True), (3, 3, False), (3, 30, False), (9, 30, True), (8, 30, False), (4, 13, True)],
)
def test_a_sound_has_a_pitch_if_three_tenths_of_it_and_four_frames_do(
    voiced: int, audible: int, has: bool
) -> None:
    pitch = [100.0] * voiced + [0.0] * (audible - voiced) + [100.0] * 20
    assert has_pitch(curves([-10] * audible + [-90] * 20, pitch)) is has


def test_a_course_is_in_octaves_from_its_median_and_straight_where_there_is_no_voice() -> None:
    high = 100 * 2**0.4
    pitch = np.array([0.0, 100, 100, 100, 0, 0, 0, high, high, high, high, 0])
    course = course_of_pitch(pitch, pitch > 0)
    rising = [-0.4, -0.4, -0.4, -0.4, -0.3, -0.2, -0.1, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert course == pytest.approx(rising, abs=1e-5)


def test_single_frames_and_octaves_off_the_course_are_mended() -> None:
    pitch = np.array([100.0, 100, 131, 100, 100, 200, 200, 200])
    assert course_of_pitch(pitch, pitch > 0) == pytest.approx([0.0] * 8, abs=1e-6)


def test_a_bend_is_the_difference_of_both_courses_by_the_share_that_follows() -> None:
    sound, imitation = voice(0 * SECONDS, 300.0), voice(0.2 * np.sign(SECONDS - 1.0))
    full = pitch_course(sound, imitation, RATE, 1.0)
    half = pitch_course(sound, imitation, RATE, 0.5)
    assert full is not None and half is not None and full.shape == sound.shape
    assert full[-4_000] - full[4_000] == pytest.approx(0.4, abs=0.03)
    assert half[-4_000] - half[4_000] == pytest.approx(0.2, abs=0.03)


def test_what_has_no_pitch_has_no_course_of_its_own() -> None:
    assert pitch_course(noise(0), voice(SWAY), RATE, 1.0) is None
    assert pitch_course(voice(0 * SECONDS), voice(0 * SECONDS, 330.0), RATE, 1.0) is None


def test_a_sound_that_follows_itself_stays_as_it_is() -> None:
    sound = swaying_hiss()
    same = brightness_lock(sound, sound, RATE, 1.0)
    np.testing.assert_allclose(same[800:-800], sound[800:-800], atol=2e-3)
    tone = voice(SWAY, 300.0)
    assert pitch_lock(tone, tone, RATE, 1.0) is tone
