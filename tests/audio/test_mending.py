"""Clicks and noise in pauses go, the sound stays."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.mending import repair_clicks, silence_pauses
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
