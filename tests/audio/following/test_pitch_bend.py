"""Bent sound has the pitch that was asked for, and nothing else is heard of it."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.pitch_bend import bend_pitch

RATE = 16_000
SECONDS = np.arange(2 * RATE) / RATE
TONE_HZ = 300.0
TONE = sum(np.sin(2 * np.pi * k * TONE_HZ * SECONDS) / (4 * k) for k in range(1, 8))


def in_tone_db(bent: np.ndarray, octaves: np.ndarray) -> float:
    """Read back at the bent pace, what lies on the tone's partials over what lies beside them."""
    reached = np.cumsum(2.0**octaves)
    paced = np.interp(np.arange(reached[0], reached[-1]), reached, np.arange(len(bent)))
    straight = np.interp(paced, np.arange(len(bent)), bent)[2000:-2000]
    power = np.abs(np.fft.rfft(straight * np.hanning(len(straight)))) ** 2
    hz = np.fft.rfftfreq(len(straight), 1 / RATE)
    is_partial = np.abs((hz + TONE_HZ / 2) % TONE_HZ - TONE_HZ / 2) < 20
    audible = hz < 6000
    return 10 * np.log10(power[is_partial & audible].sum() / power[~is_partial & audible].sum())


@pytest.mark.parametrize(
    "octaves",
    [
        0.5 * np.sin(2 * np.pi * 0.4 * SECONDS),
        1.0 - SECONDS,
        0.05 * np.sin(2 * np.pi * 5 * SECONDS),
    ],
    ids=["slow", "fall", "vibrato"],
)
def test_a_tone_goes_where_it_is_bent(octaves: np.ndarray) -> None:
    assert in_tone_db(TONE, octaves) < 30
    assert in_tone_db(bend_pitch(TONE, RATE, octaves), octaves) > 38


def test_moments_stay_where_they_are() -> None:
    clicks = np.zeros(len(SECONDS), np.float32)
    at = np.array([3_000, 12_000, 25_000])
    clicks[at] = 1.0
    bent = bend_pitch(clicks, RATE, 0.8 * np.sin(2 * np.pi * 0.6 * SECONDS))
    assert bent.shape == clicks.shape and bent.dtype == np.float32
    for click in at:
        near = np.abs(bent[click - 3_000 : click + 3_000])
        assert abs(int(near.argmax()) - 3_000) < 0.006 * RATE


def test_nothing_folds_back_from_above_the_highest_frequency() -> None:
    high = np.sin(2 * np.pi * 6_000 * SECONDS)
    bent = bend_pitch(high, RATE, np.full(len(SECONDS), 0.6))  # to 9 kHz, which is not there
    assert np.sqrt(np.mean(bent[4_000:-4_000] ** 2)) < 0.02


def test_silence_stays_silent() -> None:
    silence = np.zeros(RATE, np.float32)
    assert not bend_pitch(silence, RATE, np.full(RATE, 0.5)).any()
