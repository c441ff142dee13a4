"""Arranging a found sound along an imitation."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.arranging import arrange, find_events, let_ring, loop, sustain

RATE = 16_000


def bursts(starts_s: list[float], length_s: float, total_s: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(int(total_s * RATE)) * 1e-4
    for start in starts_s:
        begin = int(start * RATE)
        samples[begin : begin + int(length_s * RATE)] = 0.3 * rng.standard_normal(
            int(length_s * RATE)
        )
    return samples.astype(np.float32)


def test_every_burst_is_an_event() -> None:
    events = find_events(bursts([0.1, 0.5, 1.0], 0.2, 1.5), RATE)
    assert [begin / RATE for begin, _ in events] == pytest.approx([0.1, 0.5, 1.0], abs=0.02)
    assert [(end - begin) / RATE for begin, end in events] == pytest.approx([0.2] * 3, abs=0.03)


def test_steady_sound_is_one_event() -> None:
    assert len(find_events(bursts([0.0], 2.0, 2.0), RATE)) == 1


def test_found_sound_begins_with_every_event() -> None:
    sound = np.zeros(800, np.float32)
    sound[0] = 1.0
    made = arrange(sound, bursts([0.1, 0.6], 0.15, 1.0), RATE)
    assert len(made) == RATE
    clicks = np.flatnonzero(np.abs(made) > 0.5) / RATE
    assert clicks[[0, -1]] == pytest.approx([0.1, 0.6], abs=0.02)


def test_short_sound_is_looped_through_a_long_event_without_a_gap() -> None:
    sound = np.full(3200, 0.2, np.float32)
    made = arrange(sound, bursts([0.0], 2.0, 2.0), RATE)
    assert made[: int(1.9 * RATE)].min() > 0.15
    assert made.max() < 0.35


def test_what_goes_on_is_looped_and_what_dies_away_stays() -> None:
    hum = np.sin(np.arange(8000) * 0.1).astype(np.float32)
    decay = hum * np.exp(-np.arange(8000) / 800).astype(np.float32)
    assert len(sustain(hum, 3 * RATE, RATE)) == 3 * RATE
    assert sustain(decay, 3 * RATE, RATE) is decay
    assert len(sustain(hum[:1600], 3 * RATE, RATE)) == 1600
    assert sustain(hum, 4000, RATE) is hum


def test_what_rings_on_fades_away() -> None:
    rung = let_ring(np.ones(2 * RATE, np.float32), RATE, RATE)
    assert len(rung) == 1.5 * RATE
    assert rung[RATE - 1] == 1.0 and np.all(np.diff(rung[RATE:]) <= 0)
    assert rung[-1] == pytest.approx(0.0, abs=1e-6)


def test_channels_of_a_sound_are_laid_out_alike() -> None:
    left = np.sin(np.arange(8000) * 0.1).astype(np.float32)
    sound = np.stack([left, 0 * left], axis=1)
    voice = bursts([0.1, 0.6], 0.15, 1.0)
    laid = {
        "arranged": (arrange(sound, voice, RATE), arrange(left, voice, RATE)),
        "sustained": (sustain(sound, 3 * RATE, RATE), sustain(left, 3 * RATE, RATE)),
        "looped": (loop(sound, 3 * RATE, RATE), loop(left, 3 * RATE, RATE)),
        "short": (loop(sound[:3], 10, RATE), loop(left[:3], 10, RATE)),
    }
    for both, alone in laid.values():
        np.testing.assert_array_equal(both[:, 0], alone)
        assert not np.any(both[:, 1])
