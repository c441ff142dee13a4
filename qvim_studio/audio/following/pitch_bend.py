"""Bends the pitch of a sound over time and leaves its timing as it is.

A phase vocoder stretches each moment, and reading it faster or slower restores the timing. Source:
Laroche & Dolson, "Improved phase vocoder time-scale modification of audio" (1999), with identity
phase locking.
"""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.audio.short_spectra import from_short_spectra, short_spectra

WINDOW_S = 0.032
OVERLAP = 4
TOP_SHARE = 0.9  # of the highest frequency of a bent moment, from where it fades out
FINER = 4  # oversampling at which the bent sound is read, against aliasing


def bend_pitch(
    samples: np.ndarray, sample_rate: int, octaves: np.ndarray, *, fills_top: bool = False
) -> np.ndarray:
    """Mono ``samples`` (n,) with each moment raised by ``octaves`` (n,), at most 1.

    fills_top: whether moments that are bent down keep their highest band, which would otherwise be
    empty."""
    at = np.arange(len(samples))
    reached = np.concatenate([[0.0], np.cumsum(2.0**octaves)[:-1]])
    stretched = stretch(samples, sample_rate, reached)
    finer = soxr.resample(stretched, 1, FINER)
    read_at = FINER * np.interp(np.arange(FINER * len(samples)) / FINER, at, reached)
    bent = np.interp(read_at, np.arange(len(finer)), finer)
    bent = soxr.resample(bent, FINER, 1)[: len(samples)].astype(np.float32)
    return _with_top(bent, samples, sample_rate, octaves) if fills_top else bent


def stretch(samples: np.ndarray, sample_rate: int, reached: np.ndarray) -> np.ndarray:
    """Mono ``samples`` (n,) stretched so that moment n lies at frame ``reached[n]``, at their own
    pitch. The result is slightly longer than that."""
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
            before = frame[number - 1]
            running = _locked(running + advance[:, before], phase[:, left], level)
        made[:, number] = level * np.exp(1j * running)
    return from_short_spectra(made, window, hop)


def _with_top(
    bent: np.ndarray, samples: np.ndarray, sample_rate: int, octaves: np.ndarray
) -> np.ndarray:
    """``bent`` with the band above its reach taken from ``samples``; each (n,)."""
    hop = round(WINDOW_S * sample_rate / OVERLAP)
    size = OVERLAP * hop
    spectra = [short_spectra(side, size, hop) for side in (bent, samples)]
    moments = np.minimum(np.arange(spectra[0].shape[1]) * hop, len(samples) - 1)
    reach = 2.0 ** np.minimum(octaves[moments], 0.0)  # of half the rate, 0..1
    height = np.linspace(0.0, 1.0, len(spectra[0]))[:, None] / reach
    share = np.clip((height - TOP_SHARE) / (1.0 - TOP_SHARE), 0.0, 1.0) * (reach < 1.0)
    filled = (1.0 - share) * spectra[0] + share * spectra[1]
    return from_short_spectra(filled, size, hop)[: len(samples)].astype(np.float32)


def _locked(running: np.ndarray, original: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Phases (bins,) locked to the nearest peak of ``level``, as in the original."""
    is_peak = (level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:])
    peaks = np.flatnonzero(is_peak) + 1
    if not len(peaks):
        return running
    halfway = (peaks[1:] + peaks[:-1] + 1) // 2
    nearest = peaks[np.searchsorted(halfway, np.arange(len(level)), side="right")]
    return running[nearest] + original - original[nearest]
