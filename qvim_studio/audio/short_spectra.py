"""Short-time spectra and their inverse, as in scipy.signal, which is slow to import.

Hann windows, frames centered on multiples of the hop, zeros around the ends; the inverse is that of
least squares (Griffin & Lim 1984, eq. 6).
"""

from __future__ import annotations

import numpy as np

LEAST_WEIGHT = 1e-10  # sum of all windows at a sample, below which the sample stays as it is


def short_spectra(samples: np.ndarray, size: int, hop: int) -> np.ndarray:
    """(n,) → complex (size // 2 + 1, frames). A full-scale sine has about half in its bin."""
    samples = np.asarray(samples)
    edge = size // 2
    missing = (-(len(samples) + 2 * edge - size) % hop) % size
    padded = np.pad(samples.astype(np.float64), (edge, edge + missing))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    window = _hann(size)
    spectra = np.fft.rfft(frames * window, axis=1) / window.sum()
    is_single = samples.dtype == np.float32
    return spectra.T.astype(np.complex64 if is_single else np.complex128)


def from_short_spectra(spectra: np.ndarray, size: int, hop: int) -> np.ndarray:
    """What ``short_spectra`` made, or something near to it, as samples; whole frames of them."""
    window = _hann(size)
    frames = np.fft.irfft(spectra.T.astype(np.complex128), size, axis=1) * window.sum()
    count = len(frames)
    made, weight = (np.zeros(size + (count - 1) * hop) for _ in range(2))
    for number, frame in enumerate(frames * window):
        place = slice(number * hop, number * hop + size)
        made[place] += frame
        weight[place] += np.square(window)
    inside = slice(size // 2, -(size // 2))
    weight = np.where(weight > LEAST_WEIGHT, weight, 1.0)
    return (made / weight)[inside]


def _hann(size: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
