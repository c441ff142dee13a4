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
    size = 1 << (len(heard) + len(wanted)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size))
    position = int(np.argmax(np.fft.irfft(spectrum, size)[: len(heard)]))
    part = heard[position : position + len(wanted)]
    wanted = wanted[: len(part)]
    return float(part @ wanted / np.sqrt((part @ part) * (wanted @ wanted)))
