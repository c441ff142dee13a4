"""The mel front end against an independent computation with scipy and numpy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch

from qvim_studio.networks.mel import HOP, LOG_FLOOR, N_FFT, MelSpectrogram, condition_waveform


def hz_to_slaney_mel(hz: np.ndarray) -> np.ndarray:
    linear = hz / (200.0 / 3)
    logarithmic = 15.0 + np.log(np.maximum(hz, 1e-9) / 1000.0) / (np.log(6.4) / 27.0)
    return np.where(hz < 1000.0, linear, logarithmic)


def slaney_to_hz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < 15.0, mel * 200.0 / 3, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


def reference_log_mel(samples: np.ndarray) -> np.ndarray:
    edges = slaney_to_hz(np.linspace(0, hz_to_slaney_mel(np.array(8000.0)), 66))
    bins = np.linspace(0, 8000.0, N_FFT // 2 + 1)
    rising = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[None, :-1]
    falling = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[None, 1:]
    basis = np.maximum(0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))
    padded = np.pad(samples, N_FFT // 2, mode="reflect")
    window = scipy.signal.get_window("hann", N_FFT, fftbins=True)
    frames = len(samples) // HOP
    spectra = [
        np.abs(np.fft.rfft(padded[i * HOP : i * HOP + N_FFT] * window)) for i in range(frames)
    ]
    return np.log(np.maximum(np.array(spectra) @ basis, 1e-5))


def test_log_mel_equals_an_independent_computation() -> None:
    samples = np.random.default_rng(3).standard_normal(8000) * 0.1
    made = MelSpectrogram()(torch.from_numpy(samples).float()[None])
    assert made.shape == (1, 1, 50, 64)
    np.testing.assert_allclose(made[0, 0].numpy(), reference_log_mel(samples), atol=2e-4)


def test_silence_is_the_floor_in_every_band() -> None:
    made = MelSpectrogram()(torch.zeros(1, 320))
    assert made.shape == (1, 1, 2, 64)
    assert made.min() == made.max() == pytest.approx(LOG_FLOOR)


def test_conditioning_removes_dc_and_scales_to_half() -> None:
    waveform = torch.tensor([[1.0, 2.0, 3.0, 2.0]])
    conditioned = condition_waveform(waveform)
    assert conditioned.mean().item() == pytest.approx(0.0, abs=1e-7)
    assert conditioned.abs().max().item() == pytest.approx(0.5)
