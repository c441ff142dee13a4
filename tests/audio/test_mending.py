"""Clicks and noise in pauses go, the sound stays."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.mending import (
    ABOVE_FLOOR_DB,
    DEFAULT_PAUSE_DB,
    pause_threshold_db,
    repair_clicks,
    silence_pauses,
)
from qvim_studio.audio.soundness import count_clicks
from qvim_studio.core.clip import AudioClip

RATE = 48_000


def tone(seconds: float = 1.0) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 200 * at)).astype(np.float32)


def test_clicks_go_and_nothing_else_changes() -> None:
    clicked = tone()
    clicked[[15_000, 15_001, 30_000]] += 0.4
    repaired = repair_clicks(AudioClip.from_mono(clicked, RATE))
    assert count_clicks(AudioClip.from_mono(clicked, RATE)) == 2
    assert count_clicks(repaired) == 0
    away = np.abs(repaired.samples[:, 0] - tone())
    assert away.max() < 0.1 and (away > 0).sum() < 250


@pytest.mark.parametrize("at", [1, RATE - 2])
def test_clicks_at_the_ends_go_too(at: int) -> None:
    clicked = tone()
    clicked[at] += 0.4
    repaired = repair_clicks(AudioClip.from_mono(clicked, RATE)).samples[:, 0]
    assert len(repaired) == RATE and np.abs(repaired - tone()).max() < 0.1


def test_pauses_are_silent_and_sounds_whole() -> None:
    rng = np.random.default_rng(0)
    sound = tone()
    sound[20_000:40_000] = 0.0
    noisy = sound + 0.0005 * rng.standard_normal(RATE).astype(np.float32)
    made = silence_pauses(AudioClip.from_mono(noisy, RATE)).samples[:, 0]
    assert not made[24_000:36_000].any()
    assert np.array_equal(made[2_000:19_000], noisy[2_000:19_000])


@pytest.mark.parametrize("frames", [0, 1, 100, RATE])
def test_silence_stays_silence(frames: int) -> None:
    clip = AudioClip(np.zeros((frames, 2), np.float32), RATE)
    assert not silence_pauses(repair_clicks(clip)).samples.any()


@pytest.mark.parametrize(("threshold_db", "is_kept"), [(-19.5, False), (-20.5, True)])
def test_a_pause_is_what_lies_below_the_threshold(threshold_db: float, is_kept: bool) -> None:
    levels = np.repeat(np.float32([1.0, 0.1]), RATE // 2)  # 20 dB apart
    made = silence_pauses(AudioClip.from_mono(levels * tone(), RATE), threshold_db)
    assert made.samples[: RATE // 4].any()
    assert made.samples[-RATE // 4 :].any() == is_kept


def test_the_threshold_lies_above_the_noise_and_below_the_sound() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    floor = noise * np.repeat(np.float32([0.0, 1e-3]), RATE // 2)
    sound = tone() * np.repeat(np.float32([1.0, 0.0]), RATE // 2) + floor
    threshold_db = pause_threshold_db(AudioClip.from_mono(sound, RATE))
    below = -60.0 - 20 * np.log10(0.3 / np.sqrt(2))  # of the noise, against the sound
    assert threshold_db == pytest.approx(below + ABOVE_FLOOR_DB, abs=1.0)
    short = AudioClip.from_mono(tone(0.1), RATE)
    assert pause_threshold_db(short) == DEFAULT_PAUSE_DB
    silent = AudioClip(np.zeros((RATE, 1), np.float32), RATE)
    assert silence_pauses(silent) is silent
