"""Compares what was played with what was wanted."""

from __future__ import annotations

import numpy as np

RATE = 48_000


def chirp(seconds: float) -> np.ndarray:
    """A rising tone: every moment of it is different. float32 (frames,) at 48 kHz."""
    t = np.arange(round(seconds * RATE)) / RATE
    return (0.5 * np.sin(2 * np.pi * (200 + 900 * t) * t)).astype(np.float32)


def best_match(played: np.ndarray, wanted: np.ndarray) -> float:
    """The highest normalized cross-correlation of ``wanted`` inside ``played``."""
    return float(np.max(_likeness(played, wanted)))


def place_of(played: np.ndarray, wanted: np.ndarray) -> int:
    """The frame of ``played`` at which ``wanted`` begins."""
    return int(np.argmax(_likeness(played, wanted)))


def _likeness(played: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Normalized cross-correlation for every frame of ``played`` at which ``wanted`` may begin.

    Silence around ``played`` lets it be cut off at either end.
    """
    played = np.pad(played.astype(np.float64), (0, len(wanted)))
    size = 1 << (len(played) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(played, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[: len(played) - len(wanted)]
    energies = np.concatenate([[0.0], np.cumsum(played**2)])
    energies = energies[len(wanted) :] - energies[: -len(wanted)]
    least = 1e-6 * float(np.max(energies))  # silence is like nothing
    both = np.maximum(energies[: len(products)], least) * float(np.sum(wanted**2, dtype=np.float64))
    return products / np.sqrt(both)
