"""Shape-lock: the result's loudness follows the imitation as far as asked."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.shape_lock import envelope_db, shape_lock

RATE = 16_000


def imitation_and_sound() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    seconds = np.arange(2 * RATE) / RATE
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 1.5 * seconds)
    return (
        (swell * rng.standard_normal(len(seconds))).astype(np.float32),
        (0.3 * rng.standard_normal(len(seconds))).astype(np.float32),
    )


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    curves = [envelope_db(sound, RATE, 400, smoothing_s=0.02) for sound in (a, b)]
    return float(np.corrcoef(*curves)[0, 1])


def test_tight_follow_takes_over_the_envelope() -> None:
    imitation, sound = imitation_and_sound()
    assert correlation(imitation, sound) < 0.3
    assert correlation(imitation, shape_lock(sound, imitation, RATE, 1.0)) > 0.97


def test_quick_syllables_are_followed_to_their_ends() -> None:
    seconds = np.arange(2 * RATE) / RATE
    into = (6.0 * seconds) % 1.0
    rng = np.random.default_rng(0)
    imitation = (into < 0.6) * np.exp(-6.0 * into) * rng.standard_normal(len(seconds))
    sound = rng.standard_normal(len(seconds)).astype(np.float32)
    locked = shape_lock(sound, imitation.astype(np.float32), RATE, 1.0)
    wanted, present = (envelope_db(each, RATE, 400) for each in (imitation, locked))
    assert np.corrcoef(wanted, present)[0, 1] > 0.85


def test_a_low_voice_does_not_buzz_through_what_it_shapes() -> None:
    """Its periods are no part of its envelope: no side tones beside a tone that it shapes."""
    seconds = np.arange(2 * RATE) / RATE
    voice = np.zeros(len(seconds), np.float32)
    voice[:: RATE // 110] = 1.0  # no whole periods in the window, which would hide them
    tone = np.sin(2 * np.pi * 440 * seconds).astype(np.float32)
    locked = shape_lock(tone, voice * np.hanning(len(voice)).astype(np.float32), RATE, 1.0)
    spectrum = np.abs(np.fft.rfft(locked * np.hanning(len(locked))))
    beside = spectrum[2 * 550 - 8 : 2 * 550 + 8].max()
    assert beside < 10 ** (-40 / 20) * spectrum.max()


def test_loose_follow_lies_between() -> None:
    imitation, sound = imitation_and_sound()
    loose = shape_lock(sound, imitation, RATE, 0.4)
    tight = shape_lock(sound, imitation, RATE, 1.0)
    assert np.ptp(envelope_db(loose, RATE, 400, 0.05)) < np.ptp(envelope_db(tight, RATE, 400, 0.05))


def test_follow_zero_leaves_the_sound_untouched() -> None:
    imitation, sound = imitation_and_sound()
    assert shape_lock(sound, imitation, RATE, 0.0) is sound


def test_edges_that_hid_behind_the_sounds_own_are_found_as_well() -> None:
    """A window that holds an edge shows it in full only once the loud side has been shaped."""
    rng = np.random.default_rng(3)
    seconds = np.arange(RATE) / RATE
    imitation, sound = (
        (np.exp(-fall * (times * seconds % 1)) * rng.standard_normal(RATE)).astype(np.float32)
        for fall, times in ((12, 2), (5, 3))
    )
    levels = [
        envelope_db(side, RATE, 200)
        for side in (imitation, shape_lock(sound, imitation, RATE, 1.0))
    ]
    assert np.corrcoef(*levels)[0, 1] > 0.94  # 0.92 where the levels are compared only once


def test_silence_of_the_imitation_silences_the_sound() -> None:
    imitation, sound = imitation_and_sound()
    imitation[RATE:] = 0.0
    locked = shape_lock(sound, imitation, RATE, 1.0)
    quiet, loud = (
        np.sqrt(np.mean(part**2)) for part in (locked[-RATE // 2 :], locked[: RATE // 2])
    )
    assert 20 * np.log10(quiet / loud) < -40


def test_boost_is_limited_so_that_noise_floors_stay_down() -> None:
    imitation = np.ones(RATE, np.float32)
    sound = np.full(RATE, 1e-4, np.float32)
    sound[:800] = 0.5
    locked = shape_lock(sound, imitation, RATE, 1.0)
    assert np.abs(locked[8000:]).max() <= 1e-4 * 10 ** (18.5 / 20)


def test_envelope_is_relative_to_its_loudest_moment() -> None:
    sound = np.concatenate([np.full(RATE, 0.5), np.full(RATE, 0.05)])
    envelope = envelope_db(sound, RATE, 400)
    assert envelope[100] == pytest.approx(0.0, abs=0.1)
    assert envelope[300] == pytest.approx(-20.0, abs=0.1)
