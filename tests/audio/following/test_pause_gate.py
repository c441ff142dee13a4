"""Pauses of a voice are pauses of the sound; onsets stay whole, edges do not click."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.pause_gate import FLOOR, HOLD_S, MIN_PAUSE_S, pause_gain

RATE = 16_000


def bursts(*parts: tuple[float, float], seconds: float = 1.6, noise: float = 1e-4) -> np.ndarray:
    """A voice: noise between these seconds, a quiet room elsewhere."""
    rng = np.random.default_rng(0)
    voice = noise * rng.standard_normal(round(seconds * RATE))
    for begin, end in parts:
        frames = slice(round(begin * RATE), round(end * RATE))
        voice[frames] += 0.3 * rng.standard_normal(frames.stop - frames.start)
    return voice.astype(np.float32)


def test_a_pause_is_silent_and_what_sounds_is_left_alone() -> None:
    voice = bursts((0.2, 0.5), (1.0, 1.4))
    gain = pause_gain(voice, RATE, len(voice))
    assert gain[round(0.22 * RATE) : round(0.49 * RATE)].min() == 1.0
    assert gain[round(1.0 * RATE) : round(1.39 * RATE)].min() == 1.0
    assert gain[round(0.75 * RATE) : round(0.95 * RATE)].max() == pytest.approx(FLOOR)
    assert gain[: round(0.15 * RATE)].max() == pytest.approx(FLOOR)


def test_gaps_of_a_noisy_sound_come_below_minus_sixty_decibels() -> None:
    voice = bursts((0.0, 0.3), (0.9, 1.3))
    sound = np.random.default_rng(1).standard_normal(len(voice)).astype(np.float32)
    gated = sound * pause_gain(voice, RATE, len(sound))
    gap, event = gated[round(0.55 * RATE) : round(0.85 * RATE)], gated[: round(0.28 * RATE)]
    ratio_db = 10 * np.log10(np.mean(gap**2) / np.mean(event**2))
    assert ratio_db < -60


def test_nothing_jumps() -> None:
    gain = pause_gain(bursts((0.2, 0.5), (1.0, 1.4)), RATE, round(1.6 * RATE))
    assert np.abs(np.diff(gain)).max() < 0.03


def test_a_sound_may_ring_on_after_the_last_event_and_through_short_gaps() -> None:
    short = MIN_PAUSE_S - 0.03
    voice = bursts((0.1, 0.4), (0.4 + short, 0.9), seconds=2.0)
    gain = pause_gain(voice, RATE, len(voice))
    assert gain[round(0.1 * RATE) :].min() == 1.0


def test_the_end_of_an_event_is_held_for_a_moment() -> None:
    voice = bursts((0.2, 0.5), (1.0, 1.4))
    gain = pause_gain(voice, RATE, len(voice))
    assert gain[round((0.5 + HOLD_S - 0.012) * RATE)] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("length", [0, 100, 40_000])
def test_any_length_and_a_silent_voice_are_taken(length: int) -> None:
    assert pause_gain(np.zeros(RATE, np.float32), RATE, length).shape == (length,)
    assert pause_gain(bursts((0.5, 0.9)), RATE, length).shape == (length,)
