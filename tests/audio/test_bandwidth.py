"""How far up a recording reaches, on noise that is cut in the spectrum itself."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.bandwidth import HEADSET_TOLERANCE, NARROW_HZ, bandwidth_hz, is_cut
from qvim_studio.core.clip import AudioClip

RATE = 48_000
REST_DB = -60.0  # of what a filter leaves


def noise(seconds: float, edge_hz: float | None = None, rest_db: float = REST_DB) -> AudioClip:
    samples = np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE))
    if edge_hz is not None:
        spectrum = np.fft.rfft(samples)
        spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) > edge_hz] *= 10 ** (rest_db / 20)
        samples = np.fft.irfft(spectrum, len(samples))
    return AudioClip.from_mono(samples, RATE)


@pytest.mark.parametrize("edge_hz", [4_000.0, 8_000.0, 12_000.0, 16_000.0, 20_000.0])
def test_a_steep_edge_is_found(edge_hz: float) -> None:
    assert bandwidth_hz(noise(1.0, edge_hz)) == pytest.approx(edge_hz, rel=0.08)


def test_a_long_recording_is_looked_at_here_and_there() -> None:
    assert bandwidth_hz(noise(30.0, 8_000.0)) == pytest.approx(8_000.0, rel=0.08)


@pytest.mark.parametrize("seconds", [0.01, 1.0])
def test_what_is_not_cut_reaches_half_the_rate(seconds: float) -> None:
    assert bandwidth_hz(noise(seconds)) == RATE / 2


def test_a_gentle_step_is_no_edge() -> None:
    assert bandwidth_hz(noise(1.0, 8_000.0, rest_db=-15.0)) == RATE / 2
    assert bandwidth_hz(noise(1.0, 8_000.0, rest_db=-40.0)) < 9_000.0


@pytest.mark.parametrize("rate", [RATE, 4_000])
def test_silence_and_low_rates_reach_half_the_rate(rate: int) -> None:
    assert bandwidth_hz(AudioClip.from_mono(np.zeros(rate), rate)) == rate / 2


@pytest.mark.parametrize(
    ("reach_hz", "cut"),
    [
        (4_000.0, True),
        (NARROW_HZ - 1, True),
        (NARROW_HZ, False),
        (12_000.0 * (1 - 0.99 * HEADSET_TOLERANCE), True),
        (12_000.0 * (1 + 0.99 * HEADSET_TOLERANCE), True),
        (12_000.0 * (1 + 1.01 * HEADSET_TOLERANCE), False),
        (20_000.0, False),
    ],
)
def test_headsets_end_at_half_their_rates_and_low_ends_are_narrow(
    reach_hz: float, cut: bool
) -> None:
    assert is_cut(reach_hz) is cut
