"""Shape-lock: gives a sound the loudness envelope of an imitation."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.smoothing import gaussian_smoothed

HOP_S = 0.005
WINDOW_S = 0.02
RANGE_DB = 60.0  # envelopes are compared down to this far below their loudest moment
MAX_BOOST_DB = 18.0  # more would pump up the noise floor
LOOSE_SMOOTHING_S = 0.25  # of the envelopes at follow → 0
TIGHT_SMOOTHING_S = 0.005  # at follow 1; with the window this hides the periods of a voice
ROUNDS = 6  # leakage between neighboring windows shows only after they are shaped


def shape_lock(
    samples: np.ndarray, imitation: np.ndarray, sample_rate: int, follow: float
) -> np.ndarray:
    """Mono ``samples`` with the loudness course of ``imitation`` (same rate, any length).

    follow: 0 leaves the sound untouched, 1 imposes the envelope in full; values between impose less
    of a smoother envelope.
    """
    if follow <= 0.0 or not np.any(samples) or not np.any(imitation):
        return samples
    return (samples * shape_gain(samples, imitation, sample_rate, follow)).astype(np.float32)


def shape_gain(
    samples: np.ndarray,
    imitation: np.ndarray,
    sample_rate: int,
    follow: float,
    max_boost_db: float = MAX_BOOST_DB,
) -> np.ndarray:
    """The factors (frames,) of shape_lock, which apply to all channels of a sound alike."""
    if follow <= 0.0 or not np.any(samples) or not np.any(imitation):
        return np.ones(len(samples))
    frames = max(2, int(np.ceil(len(samples) / sample_rate / HOP_S)))
    smoothing_s = LOOSE_SMOOTHING_S * (TIGHT_SMOOTHING_S / LOOSE_SMOOTHING_S) ** follow
    imitated = fit_length(imitation, len(samples))
    wanted, present = (
        envelope_db(sound, sample_rate, frames, smoothing_s) for sound in (imitated, samples)
    )
    wanted = present + follow * (wanted - present)
    at = np.arange(len(samples)) / sample_rate / HOP_S
    gain_db, gain = np.zeros(frames), np.ones(len(samples))
    for _ in range(ROUNDS):
        gain_db = np.clip(gain_db + wanted - present, -RANGE_DB, max_boost_db)
        gain = 10 ** (np.interp(at, np.arange(frames), gain_db) / 20)
        present = envelope_db(samples * gain, sample_rate, frames, smoothing_s)
    return gain


def envelope_db(
    samples: np.ndarray, sample_rate: int, frames: int, smoothing_s: float = 0.0
) -> np.ndarray:
    """RMS in dB below the loudest moment, one value every 5 ms, float64 (frames,), -60..0."""
    hop = HOP_S * sample_rate
    half = int(WINDOW_S * sample_rate / 2)
    power = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    centers = (np.arange(frames) * hop).astype(int)
    begin = np.clip(centers - half, 0, len(samples))
    end = np.clip(centers + half, 0, len(samples))
    mean = (power[end] - power[begin]) / (2 * half)
    if smoothing_s > 0:
        mean = gaussian_smoothed(mean, smoothing_s / HOP_S)
    mean = np.maximum(mean, 1e-20)
    return np.maximum(10 * np.log10(mean / mean.max()), -RANGE_DB)


def fit_length(samples: np.ndarray, length: int) -> np.ndarray:
    """Cut, or continue with silence, to ``length`` frames."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))
