"""Flutter: loudness that beats 15 to 60 times a second, as of lips, a rolled r or a motorcycle.

Slower changes are the course of loudness, faster ones are heard as pitch or roughness of a timbre
(Zwicker & Fastl, "Psychoacoustics", chapters 10 and 11).
"""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.smoothing import mean_smoothed

HOP_S = 0.002
WINDOW_S = 0.008  # of a level: a beat of 60 a second is twice as long
LOWEST_HZ, HIGHEST_HZ = 15.0, 60.0
EDGE = 1.25  # of the band: this factor outside of it nothing passes
RANGE_DB = 40.0  # below the loudest moment a sound counts as silent
LEAST_DB = 1.5  # standard deviation of the beating level: a steady hiss has about 0.6
LEAST_PERIODICITY = 0.45  # evenness of the beating, which attacks and hisses lack
AROUND_S = 0.3  # in which beats are counted: five of the slowest


def levels_db(samples: np.ndarray, sample_rate: int, frames: int | None = None) -> np.ndarray:
    """RMS levels (frames,) of mono samples every 2 ms, in dB, at most RANGE_DB below the loudest.
    frames: their number; None takes as many as fit."""
    count = max(2, round(len(samples) / sample_rate / HOP_S)) if frames is None else frames
    half = max(1, round(WINDOW_S * sample_rate / 2))
    sums = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    centers = (np.arange(count) * HOP_S * sample_rate).round().astype(int)
    begin, end = (np.clip(centers + side, 0, len(samples)) for side in (-half, half))
    power = np.maximum((sums[end] - sums[begin]) / (2 * half), 1e-20)
    return np.maximum(10 * np.log10(power / power.max()), -RANGE_DB)


def beating_db(level_db: np.ndarray) -> np.ndarray:
    """The part of the levels that beats 15 to 60 times a second, (frames,) around 0."""
    frequency_hz = np.fft.rfftfreq(2 * len(level_db), HOP_S)
    mirrored = np.concatenate([level_db, level_db[::-1]])
    rising = _ramp(frequency_hz, LOWEST_HZ / EDGE, LOWEST_HZ)
    falling = 1.0 - _ramp(frequency_hz, HIGHEST_HZ, EDGE * HIGHEST_HZ)
    beating = np.fft.irfft(np.fft.rfft(mirrored) * rising * falling, len(mirrored))
    return beating[: len(level_db)]


def flutter_share(level_db: np.ndarray) -> np.ndarray:
    """How much the levels flutter, (frames,) from 0 to 1: 1 for strong and even beats in an audible
    sound."""
    beating = beating_db(level_db)
    width = round(AROUND_S / HOP_S)
    power = np.maximum(mean_smoothed(np.square(beating), width), 1e-12)
    periodicity = np.zeros(len(beating))
    for lag in range(round(1 / HIGHEST_HZ / HOP_S), round(1 / LOWEST_HZ / HOP_S) + 1):
        later = np.concatenate([beating[lag:], np.zeros(min(lag, len(beating)))])[: len(beating)]
        both = mean_smoothed(beating * later, width)
        # A perfectly even beat has its opposite half a period away.
        half = lag // 2
        between = np.concatenate([beating[half:], np.zeros(min(half, len(beating)))])
        against = mean_smoothed(beating * between[: len(beating)], width)
        periodicity = np.maximum(periodicity, (both - against) / (2 * power))
    is_fluttering = (np.sqrt(power) >= LEAST_DB) & (periodicity >= LEAST_PERIODICITY)
    is_fluttering &= level_db > -RANGE_DB + 1.0
    return mean_smoothed(is_fluttering.astype(np.float64), max(1, width // 10))


def _ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """From 0 at ``low`` to 1 at ``high``, smooth at both ends."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return 0.5 - 0.5 * np.cos(np.pi * share)
