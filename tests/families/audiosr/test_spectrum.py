"""What AudioSR hears, against independent formulas; what is a recording's own stays as it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.signal import sosfiltfilt

from qvim_studio.families.audiosr.spectrum import (
    WideMel,
    last_own_bin,
    low_passed,
    own_band,
    with_own_mel,
    with_own_spectrum,
)

RATE = 48_000


def tone(hz: float, samples: int, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)).astype(np.float32)


def slaney_bands() -> np.ndarray:
    """(256, 1025): Slaney's mel scale (linear to 1 kHz, then logarithmic), triangles of one area.

    From the definition in Slaney's Auditory Toolbox (1998).
    """

    def to_mel(hz: float) -> float:
        return 15 + math.log(hz / 1000) / (math.log(6.4) / 27) if hz >= 1000 else 3 * hz / 200

    def to_hz(mel: float) -> float:
        return 1000 * math.exp(math.log(6.4) / 27 * (mel - 15)) if mel >= 15 else 200 * mel / 3

    edges = [to_hz(mel) for mel in np.linspace(to_mel(20.0), to_mel(24_000.0), 258)]
    at = np.linspace(0.0, RATE / 2, 1025)
    bands = []
    for low, mid, high in zip(edges, edges[1:], edges[2:]):
        rising, falling = (at - low) / (mid - low), (high - at) / (high - mid)
        bands.append(np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low))
    return np.stack(bands)


def test_log_mel_is_the_one_of_its_definition() -> None:
    samples = (tone(440, 9600) + 0.1 * tone(9000, 9600)).astype(np.float64)
    padded = np.pad(samples, 784, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2048) / 2048)
    frames = [padded[at : at + 2048] * window for at in range(0, len(padded) - 2047, 480)]
    spectrum = np.abs(np.fft.rfft(np.stack(frames), axis=1))
    expected = np.log(np.maximum(spectrum @ slaney_bands().T, 1e-5))
    got = WideMel()(torch.from_numpy(samples).float())
    assert got.shape == (20, 256)
    # Of bands that can be heard; at the floor float32 has its own noise.
    audible = expected > -8.0
    assert np.abs(got.numpy() - expected)[audible].max() < 1e-3


def test_own_band_ends_where_the_recording_ends() -> None:
    rng = np.random.default_rng(0)
    noise = low_passed(rng.standard_normal(24_000).astype(np.float32), 8000)
    band = own_band(noise + 0.2, 30_720, WideMel())
    assert 7400 < band.cutoff_hz <= 8200
    assert band.offset == pytest.approx(0.2, abs=0.02)
    assert np.abs(band.waveform).max() == pytest.approx(0.5)
    assert len(band.waveform) == 30_720 and not band.waveform[24_000:].any()
    assert np.allclose(band.waveform[:24_000] * band.gain + band.offset, noise + 0.2, atol=1e-6)


def test_what_is_known_to_be_real_belongs_to_the_own_band() -> None:
    low = tone(1500, 30_720) + 0.001 * tone(7000, 30_720)
    mel = WideMel()
    assert own_band(low, 30_720, mel).cutoff_hz < 7000
    known = own_band(low, 30_720, mel, known_hz=8000.0)
    assert known.cutoff_hz == 8000.0
    kept = with_own_spectrum(np.zeros(30_720, np.float32), known, known_hz=8000.0)
    at = round(7000 / RATE * 30_720)
    assert abs(np.fft.rfft(kept)[at]) == pytest.approx(
        abs(np.fft.rfft(known.waveform)[at]), rel=0.01
    )


@pytest.mark.parametrize(("hz", "known_hz"), [(200.0, 0.0), (9000.0, 24_000.0)])
def test_nothing_is_filtered_where_there_is_no_band_to_find(hz: float, known_hz: float) -> None:
    band = own_band(tone(hz, 30_720), 30_720, WideMel(), known_hz)
    assert band.low is band.waveform


def test_last_own_bin_follows_the_published_search() -> None:
    def published(values: np.ndarray) -> int:
        summed = np.cumsum(values)
        for i in range(1, len(summed)):
            if summed[-i] < 0.985 * summed[-1]:
                return len(summed) - i
        return 0

    rng = np.random.default_rng(1)
    for _ in range(20):
        values = rng.random(30) ** 4
        assert last_own_bin(torch.from_numpy(values)) == published(values)
    assert last_own_bin(torch.tensor([1.0, 0.0, 0.0])) == 0


def test_low_pass_keeps_the_band_and_its_phase() -> None:
    low, high = tone(2000, 48_000), tone(12_000, 48_000)
    filtered = low_passed(low + high, 6000)
    inside = slice(4800, -4800)
    assert np.abs(filtered - low)[inside].max() < 0.003
    assert len(low_passed(low[:30_721], 6001)) == 30_721


def test_low_pass_is_filtered_at_both_rates() -> None:
    """Two passes of a Butterworth filter of order 8 there and back: -12 dB at the cut-off."""
    from scipy.signal import butter

    sections = butter(8, 6000 / 24_000, output="sos")
    once = sosfiltfilt(sections, tone(6000, 48_000))[9600:-9600]
    assert np.abs(once).max() == pytest.approx(0.15, rel=0.01)  # -6 dB: the filter's own half
    twice = low_passed(tone(5950, 48_000), 6000)[9600:-9600]
    assert np.abs(twice).max() < 0.12


def test_lower_mel_bands_are_the_recordings_own() -> None:
    own = torch.full((4, 256), -11.0)
    own[:, :40] = 0.0
    made = torch.full((4, 256), 2.0)
    mixed = with_own_mel(made, own)
    bands = int((mixed == own).all(dim=0).sum())
    assert 35 <= bands <= 40 and (mixed[:, bands:] == 2.0).all()
    assert (with_own_mel(made, own, least_band=100)[:, :100] == own[:, :100]).all()


def test_own_band_keeps_its_level_and_the_made_one_meets_it() -> None:
    rng = np.random.default_rng(2)
    low = low_passed(rng.standard_normal(48_000).astype(np.float32), 8000)
    made = (0.9 * rng.standard_normal(48_000)).astype(np.float32)
    band = own_band(low, 48_000, WideMel())
    mixed = with_own_spectrum(made, band)
    window = np.hanning(48_000)  # else the loud highs leak into every bin
    own, kept = (np.fft.rfft(each * window)[100:6000] for each in (band.waveform, mixed))
    assert np.linalg.norm(kept - own) < 0.02 * np.linalg.norm(own)
    spectrum = np.abs(np.fft.rfft(mixed))
    made_level = np.sqrt((spectrum[10_000:20_000] ** 2).mean())
    given_level = np.sqrt((np.abs(np.fft.rfft(made))[10_000:20_000] ** 2).mean())
    assert 0.79 * given_level < made_level < 1.21 * given_level
