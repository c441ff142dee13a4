"""The gate keeps the sound and what belongs to it."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip

RATE = 16_000


def take(level: float = 0.5, noise: float = 1e-4) -> AudioClip:
    """One second of hum, half a second of tone, one second of hum."""
    samples = noise * np.random.default_rng(0).standard_normal(int(2.5 * RATE))
    t = np.arange(RATE // 2) / RATE
    samples[RATE : RATE + RATE // 2] += level * np.sin(2 * np.pi * 300 * t)
    return AudioClip.from_mono(samples, RATE)


def test_silence_around_a_sound_is_cut_to_its_head_and_tail() -> None:
    made = trim_silence(take())
    assert 0.5 < made.duration_s < 0.6
    onset = np.flatnonzero(np.abs(made.samples[:, 0]) > 0.01)[0] / RATE
    assert 0.005 < onset < 0.025


def test_the_gate_follows_the_level() -> None:
    loud, quiet = trim_silence(take(0.5)), trim_silence(take(0.05, 1e-5))
    assert len(loud.samples) == len(quiet.samples)


def test_two_sounds_keep_the_pause_between_them() -> None:
    pair = np.concatenate([take().samples, take().samples])
    assert trim_silence(AudioClip(pair, RATE)).duration_s > 2.9


def test_a_sound_without_silence_is_kept_whole() -> None:
    clip = AudioClip.from_mono(0.5 * np.ones(RATE), RATE)
    assert len(trim_silence(clip).samples) == RATE
