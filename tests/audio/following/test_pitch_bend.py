"""Bent sound has the pitch that was asked for, and nothing else is heard of it."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.following.pitch_bend import bend_pitch, stretch

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


def test_the_highest_band_is_not_empty_where_a_sound_is_bent_down() -> None:
    """Between 6 and 7.5 kHz, half an octave down; what lies below 4 kHz is bent as without."""
    hiss = np.random.default_rng(0).normal(0.0, 0.1, len(SECONDS)).astype(np.float32)
    down = np.full(len(SECONDS), -0.5)
    open_top, filled = (bend_pitch(hiss, RATE, down, fills_top=on) for on in (False, True))
    hz = np.fft.rfftfreq(len(hiss), 1 / RATE)

    def level_db(samples: np.ndarray, low: float, high: float) -> float:
        power = np.abs(np.fft.rfft(samples)) ** 2
        return 10 * np.log10(power[(hz > low) & (hz < high)].mean())

    top = [
        level_db(side, 6_000, 7_500) - level_db(hiss, 6_000, 7_500) for side in (open_top, filled)
    ]
    assert top[0] < -30 and abs(top[1]) < 1.0
    below = [np.fft.rfft(side)[hz < 4_000] for side in (open_top, filled)]
    assert np.abs(below[0] - below[1]).max() < 0.02 * np.abs(below[0]).max()
    up = np.full(len(SECONDS), 0.5)
    lifted = bend_pitch(hiss, RATE, up, fills_top=True)
    assert np.allclose(lifted, bend_pitch(hiss, RATE, up), atol=1e-4)


def test_silence_stays_silent() -> None:
    silence = np.zeros(RATE, np.float32)
    assert not bend_pitch(silence, RATE, np.full(RATE, 0.5)).any()


def test_what_is_neither_stretched_nor_bent_is_the_sound_itself() -> None:
    sound = np.random.default_rng(0).standard_normal(4_000).astype(np.float32)
    made = stretch(sound, RATE, np.arange(4_000.0))
    assert len(made) >= 4_000
    np.testing.assert_allclose(made[:3_840], sound[:3_840], atol=1e-5)  # all whole hops but one
    slow = TONE[:4_000].astype(np.float32)
    bent = bend_pitch(slow, RATE, np.zeros(4_000))
    np.testing.assert_allclose(bent[300:-300], slow[300:-300], atol=5e-3)


@pytest.mark.parametrize("factor", [0.5, 1.5, 2.0])
def test_a_stretched_tone_lasts_longer_at_its_own_pitch_and_level(factor: float) -> None:
    tone = np.sin(2 * np.pi * 500 * SECONDS[:8_000])  # 16 whole periods in a window
    made = stretch(tone, RATE, factor * np.arange(8_000))
    assert factor * 8_000 <= len(made) <= factor * 8_000 + 1_024
    middle = made[1_000 : int(factor * 8_000) - 1_000]
    assert np.std(middle) == pytest.approx(np.sqrt(0.5), rel=0.01)
    at = np.arange(len(middle)) / RATE
    basis = np.stack([np.sin(2 * np.pi * 500 * at), np.cos(2 * np.pi * 500 * at)], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, middle, rcond=None)[0]
    assert np.abs(middle - fitted).max() < 0.02


@pytest.mark.parametrize("octaves", [-1.0, -0.5, 0.5, 1.0])
def test_a_bent_tone_keeps_its_level_and_length(octaves: float) -> None:
    tone = np.sin(2 * np.pi * 500 * SECONDS[:8_000])
    bent = bend_pitch(tone, RATE, np.full(8_000, octaves))
    assert bent.shape == (8_000,)
    middle = bent[1_000:-1_000] * np.hanning(6_000)
    peak_hz = np.abs(np.fft.rfft(middle, 16 * 6_000)).argmax() / 6.0
    assert peak_hz == pytest.approx(500 * 2**octaves, rel=0.003)
    assert np.std(bent[1_000:-1_000]) == pytest.approx(np.sqrt(0.5), rel=0.03)
