"""The front end equals an independent computation and keeps levels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.networks.qvim.qvim_front_end import QvimFrontEnd, fit_window


def test_front_end_equals_an_independent_computation() -> None:
    waveform = np.random.default_rng(0).standard_normal(32_000) * 0.1
    made = QvimFrontEnd()(torch.from_numpy(waveform).float()[None])[0, 0].numpy()
    emphasized = waveform[1:] - 0.97 * waveform[:-1]
    window = np.zeros(1024)
    window[112:912] = np.hanning(800)
    padded = np.pad(emphasized, 512, mode="reflect")
    power = np.stack(
        [np.abs(np.fft.rfft(padded[i * 320 : i * 320 + 1024] * window)) ** 2 for i in range(100)]
    )
    mel = lambda hz: 1127.0 * np.log(1 + np.asarray(hz) / 700.0)  # noqa: E731  (Kaldi's scale)
    edges = np.linspace(mel(0.0), mel(15_000.0), 130)
    bins = mel(np.arange(512) * 31.25)
    rise = (bins[:, None] - edges[None, :-2]) / np.diff(edges)[None, :-1]
    fall = (edges[None, 2:] - bins[:, None]) / np.diff(edges)[None, 1:]
    banks = np.vstack([np.maximum(0, np.minimum(rise, fall)), np.zeros((1, 128))])
    expected = (np.log(power @ banks + 1e-5).T + 4.5) / 5.0
    assert made.shape == (128, 100)
    np.testing.assert_allclose(made, expected, atol=2e-3)


def test_silence_is_one_value_everywhere_in_a_ten_second_window() -> None:
    made = QvimFrontEnd()(fit_window(torch.zeros(1, 1000)))
    assert made.shape == (1, 1, 128, 1000)
    assert made.unique().tolist() == pytest.approx([-1.40258], abs=1e-5)
