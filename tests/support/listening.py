"""Compares what was heard with what was said."""

from __future__ import annotations

import numpy as np

RATE = 48_000


def chirp(seconds: float) -> np.ndarray:
    """A rising tone: every moment of it is different. float32 (frames,) at 48 kHz."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * (200 + 900 * t) * t)).astype(np.float32)


def best_match(heard: np.ndarray, wanted: np.ndarray) -> float:
    """The highest normalized cross-correlation of ``wanted`` inside ``heard``."""
    return float(np.max(_likeness(heard, wanted)))


def place_of(heard: np.ndarray, wanted: np.ndarray) -> int:
    """The frame of ``heard`` at which ``wanted`` begins."""
    return int(np.argmax(_likeness(heard, wanted)))


def _likeness(heard: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Normalized cross-correlation for every frame of ``heard`` at which ``wanted`` may begin.

    Silence around ``heard`` lets it be cut off at either end.
    """
    heard = np.pad(heard.astype(np.float64), (0, len(wanted)))
    size = 1 << (len(heard) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[: len(heard) - len(wanted)]
    energies = np.concatenate([[0.0], np.cumsum(heard**2)])
    energies = energies[len(wanted) :] - energies[: -len(wanted)]
    least = 1e-6 * float(np.max(energies))  # silence is like nothing
    both = np.maximum(energies[: len(products)], least) * float(np.sum(wanted**2, dtype=np.float64))
    return products / np.sqrt(both)
