"""Kaldi's log-mel by its definition, and a sound to compute it of."""

from __future__ import annotations

import math

import numpy as np


def sound(seconds: float) -> np.ndarray:
    at = np.arange(round(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(0).standard_normal(len(at))
    return (0.2 * np.sin(2 * np.pi * 300 * at * (1 + at)) + 0.02 * noise).astype(np.float32)


def kaldi_by_definition(samples: np.ndarray) -> np.ndarray:
    """Kaldi's fbank: frames of 25 ms every 10, without their mean, pre-emphasised by 0.97, a Hann
    window, power of 512 points, 128 triangles on the mel scale 1127 ln(1 + f / 700) from 20 Hz."""
    frames = np.stack([samples[at : at + 400] for at in range(0, len(samples) - 399, 160)])
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)
    power = np.abs(np.fft.rfft((frames - 0.97 * before) * window, 512)) ** 2
    mels = 1127 * np.log(1 + np.arange(256) * 16_000 / 512 / 700)
    low, high = (1127 * math.log(1 + hz / 700) for hz in (20.0, 8000.0))
    step = (high - low) / 129
    bands = []
    for band in range(128):
        rising = (mels - low - band * step) / step
        bands.append(np.maximum(0, np.minimum(rising, 2 - rising)))
    return np.log(np.maximum(power[:, :256] @ np.stack(bands).T, 1.1920929e-07))
