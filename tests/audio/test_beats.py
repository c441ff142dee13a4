"""Beats are found where attacks recur, at their tempo and at their moments."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.beats import RATE_HZ, attack_strength, beats_of
from qvim_studio.core.clip import AudioClip


def clicks(bpm: float, seconds: float = 10.0, begin_s: float = 0.3) -> AudioClip:
    """Short decaying noises over a soft hum."""
    rng = np.random.default_rng(0)
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.01 * np.sin(2 * np.pi * 110 * at_s)
    burst = rng.standard_normal(1600) * np.exp(-np.arange(1600) / 200) * 0.3
    for begin in np.arange(begin_s, seconds - 0.2, 60 / bpm):
        place = int(begin * RATE_HZ)
        samples[place : place + len(burst)] += burst
    return AudioClip.from_mono(samples.astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("bpm", [84.0, 97.5, 120.0, 151.0])
def test_tempo_is_that_of_the_attacks(bpm: float) -> None:
    beats = beats_of(clicks(bpm))
    assert beats is not None
    assert beats.bpm == pytest.approx(bpm, rel=0.005)


def test_beats_come_with_the_attacks() -> None:
    beats = beats_of(clicks(120.0))
    assert beats is not None
    wanted = np.arange(0.3, 9.8, 0.5)
    distances = np.abs(beats.times_s[:, None] - wanted[None, :]).min(axis=1)
    assert len(beats.times_s) == len(wanted)
    assert distances.max() < 0.04


@pytest.mark.parametrize("seconds", [0.1, 5.0])
def test_silence_has_no_beats(seconds: float) -> None:
    assert (
        beats_of(AudioClip.from_mono(np.zeros(int(RATE_HZ * seconds), np.float32), 16_000)) is None
    )


def test_a_click_track_is_beaten_from_its_first_click_to_its_last() -> None:
    beats = beats_of(clicks(120.0, begin_s=1.3))
    assert beats is not None
    assert beats.times_s[0] == pytest.approx(0.8, abs=0.55)
    assert beats.times_s[-1] == pytest.approx(9.3, abs=0.55)
    assert np.diff(beats.times_s).max() < 0.55 and np.diff(beats.times_s).min() > 0.45


def test_a_sound_that_is_shorter_than_two_beats_has_none() -> None:
    assert beats_of(clicks(120.0, seconds=0.4, begin_s=0.1)) is None


def test_the_strength_of_attacks_has_a_deviation_of_one_and_stands_where_they_are() -> None:
    strength = attack_strength(clicks(60.0).mono())
    assert len(strength) == pytest.approx(1_000, abs=1)
    assert strength.std() == pytest.approx(1.0) and strength.min() == 0.0
    loudest = np.sort(np.argsort(strength)[-10:]) / 100
    nearest = np.abs(loudest[:, None] - np.arange(0.3, 9.8)[None, :]).min(axis=1)
    assert nearest.max() < 0.05


def test_the_strength_does_not_depend_on_the_level_or_the_length_of_blocks() -> None:
    samples = clicks(90.0, seconds=2.0).mono()
    np.testing.assert_allclose(
        attack_strength(samples), attack_strength(np.float32(0.1) * samples), atol=1e-3
    )
    long = np.tile(samples, 21)  # more frames than are transformed at once
    first, later = attack_strength(long)[20:180], attack_strength(long)[4_020:4_180]
    np.testing.assert_allclose(first, later, atol=0.02)


def test_nothing_gets_louder_in_silence_or_in_a_steady_tone() -> None:
    assert not attack_strength(np.zeros(RATE_HZ, np.float32)).any()
    tone = np.sin(2 * np.pi * 1_000 * np.arange(4 * RATE_HZ) / RATE_HZ).astype(np.float32)
    strength = attack_strength(tone)
    assert strength[20:-20].max() < 0.2 * strength.max()


@pytest.mark.parametrize("bpm", [60.0, 200.0])
def test_slow_and_fast_tempos_are_found_up_to_an_octave(bpm: float) -> None:
    beats = beats_of(clicks(bpm, seconds=12.0))
    assert beats is not None
    octaves = np.log2(beats.bpm / bpm)
    assert octaves == pytest.approx(round(octaves), abs=0.01) and abs(octaves) <= 1.01
