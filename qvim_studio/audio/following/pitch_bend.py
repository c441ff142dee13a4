"""Bends the pitch of a sound over time and leaves its timing as it is.

A phase vocoder stretches each moment by as much as reading it faster or slower takes away again.
Source: Laroche & Dolson, "Improved phase vocoder time-scale modification of audio" (1999), with
identity phase locking.
"""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.audio.short_spectra import from_short_spectra, short_spectra

WINDOW_S = 0.032
OVERLAP = 4
FINER = 4  # times the rate at which bent sound is read: nothing folds back


def bend_pitch(samples: np.ndarray, sample_rate: int, octaves: np.ndarray) -> np.ndarray:
    """Mono ``samples`` (n,), each moment that many ``octaves`` (n,), at most 1, higher; (n,)."""
    at = np.arange(len(samples))
    reached = np.concatenate([[0.0], np.cumsum(2.0**octaves)[:-1]])
    stretched = stretch(samples, sample_rate, reached)
    finer = soxr.resample(stretched, 1, FINER)
    read_at = FINER * np.interp(np.arange(FINER * len(samples)) / FINER, at, reached)
    bent = np.interp(read_at, np.arange(len(finer)), finer)
    return soxr.resample(bent, FINER, 1)[: len(samples)].astype(np.float32)


def stretch(samples: np.ndarray, sample_rate: int, reached: np.ndarray) -> np.ndarray:
    """Mono ``samples`` (n,) with moment n at frame ``reached[n]``, at their own pitch; a little
    longer than that."""
    hop = round(WINDOW_S * sample_rate / OVERLAP)
    window = OVERLAP * hop
    spectra = short_spectra(np.pad(samples, (0, 2 * window)), window, hop)
    magnitude, phase = np.abs(spectra), np.angle(spectra)
    expected = 2 * np.pi * np.arange(len(spectra)) / OVERLAP
    turned = np.diff(phase, axis=1) - expected[:, None]
    advance = expected[:, None] + turned - 2 * np.pi * np.round(turned / (2 * np.pi))
    made_at = np.arange(0.0, reached[-1] + OVERLAP * hop, hop)
    position = np.interp(made_at, reached, np.arange(len(samples))) / hop
    frame = position.astype(int)
    made = np.empty((len(spectra), len(frame)), np.complex128)
    running = phase[:, 0]
    for number, (left, share) in enumerate(zip(frame, position - frame, strict=True)):
        level = (1 - share) * magnitude[:, left] + share * magnitude[:, left + 1]
        if number:
            running = _locked(running + advance[:, left], phase[:, left], level)
        made[:, number] = level * np.exp(1j * running)
    return from_short_spectra(made, window, hop)


def _locked(running: np.ndarray, original: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Phases (bins,) that keep to the peak of ``level`` beside them as they did originally."""
    is_peak = (level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:])
    peaks = np.flatnonzero(is_peak) + 1
    if not len(peaks):
        return running
    halfway = (peaks[1:] + peaks[:-1] + 1) // 2
    nearest = peaks[np.searchsorted(halfway, np.arange(len(level)), side="right")]
    return running[nearest] + original - original[nearest]
