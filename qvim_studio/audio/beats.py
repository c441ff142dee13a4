"""Finds tempo and beats of music from its attacks.

Source: Ellis, "Beat tracking by dynamic programming" (2007): the autocorrelation of the strength of
attacks gives the tempo; the beats are the chain of strong attacks in that tempo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

RATE_HZ = 16_000
WINDOW, HOP = 1024, 160  # samples: 64 ms, 10 ms
STEPS_PER_S = RATE_HZ / HOP
BANDS = 40  # logarithmic, so that a bass drum counts as much as a cymbal
LOWEST_HZ = 40.0
RANGE_DB = 80.0  # below the loudest moment; quieter levels count as silence
SMOOTHED_S = 0.5  # the mean over this time is subtracted: swells do not count as attacks
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
LIKELY_BPM, LIKELY_OCTAVES = 120.0, 1.0  # center and spread of the tempos that people tap to
TIGHTNESS = 100.0  # weight of an even spacing against strong attacks
FEWEST = 4  # beats; fewer give no tempo
FRAMES_AT_ONCE = 4000  # of spectra in memory: 16 MB


@dataclass(frozen=True, eq=False)
class Beats:
    """times_s: float64 (beats,), rising. bpm: beats per minute, from the spacing of all beats."""

    times_s: np.ndarray
    bpm: float


def beats_of(clip: AudioClip) -> Beats | None:
    """The beats of a recording; None if it has no regular beat."""
    strength = attack_strength(mono_at(clip, RATE_HZ))
    if not strength.any():
        return None
    period = _likely_period(strength)
    if period is None:
        return None
    places = _chained(strength, period)
    if len(places) < FEWEST:
        return None
    times_s = places / STEPS_PER_S
    spacing_s = float(np.polyfit(np.arange(len(times_s)), times_s, 1)[0])
    return Beats(times_s, 60 / spacing_s)


def attack_strength(samples: np.ndarray) -> np.ndarray:
    """How much louder all bands get, every 10 ms (steps,), in mono samples at 16 kHz. The result
    has a standard deviation of 1, and is 0 where nothing gets louder."""
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    window, bands = np.hanning(WINDOW + 1)[:-1], _bands()
    levels = np.concatenate(
        [
            np.abs(np.fft.rfft(frames[begin : begin + FRAMES_AT_ONCE] * window)) ** 2 @ bands
            for begin in range(0, len(frames), FRAMES_AT_ONCE)
        ]
    )
    loudest = levels.max(initial=0.0)
    if loudest <= 0:
        return np.zeros(len(frames))
    levels_db = 10 * np.log10(np.maximum(levels / loudest, 10 ** (-RANGE_DB / 10)))
    rises = np.maximum(np.diff(levels_db, axis=0, prepend=levels_db[:1]), 0.0).mean(axis=1)
    width = round(SMOOTHED_S * STEPS_PER_S)
    swell = np.convolve(np.pad(rises, width // 2, mode="edge"), np.ones(width) / width, "same")
    strength = np.maximum(rises - swell[width // 2 : width // 2 + len(rises)], 0.0)
    spread = float(strength.std())
    return strength / spread if spread > 0 else strength


def _likely_period(strength: np.ndarray) -> float | None:
    """The lag in steps at which the strength resembles itself most, weighed by what people tap to;
    None without one."""
    shortest, longest = (int(60 * STEPS_PER_S / bpm) for bpm in (FASTEST_BPM, SLOWEST_BPM))
    if len(strength) <= shortest + 1:
        return None
    size = 2 ** int(np.ceil(np.log2(2 * len(strength))))
    spectrum = np.abs(np.fft.rfft(strength - strength.mean(), size)) ** 2
    likeness = np.fft.irfft(spectrum)[: min(longest, len(strength) - 1) + 1]
    lags = np.arange(1, len(likeness))
    octaves = np.log2(60 * STEPS_PER_S / lags / LIKELY_BPM) / LIKELY_OCTAVES
    weighed = likeness[1:] * np.exp(-0.5 * octaves**2)
    weighed[: shortest - 1] = -np.inf
    best = int(np.argmax(weighed))
    return float(lags[best]) if weighed[best] > 0 else None


def _chained(strength: np.ndarray, period: float) -> np.ndarray:
    """The steps of the beats: the chain with the greatest sum of strengths and of scores for its
    spacing."""
    reach = np.arange(-round(2 * period), -round(period / 2) + 1)
    distances = -TIGHTNESS * np.log(-reach / period) ** 2
    scores, before = strength.copy(), np.full(len(strength), -1)
    for step in range(-int(reach[-1]), len(strength)):
        first = max(0, -int(reach[0]) - step)
        found = scores[step + reach[first:]] + distances[first:]
        best = int(np.argmax(found))
        if found[best] > 0:
            scores[step] += found[best]
            before[step] = step + reach[first + best]
    last = len(strength) - round(period)
    place = last + int(np.argmax(scores[last:])) if last > 0 else int(np.argmax(scores))
    places = []
    while place >= 0:
        places.append(place)
        place = int(before[place])
    chain = np.array(places[::-1])
    return _without_weak_ends(chain, strength)


def _without_weak_ends(chain: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """The chain without its ends before the music begins and after it is over."""
    strong = np.flatnonzero(strength[chain] > 0.1 * np.median(strength[chain]))
    return chain[strong[0] : strong[-1] + 1] if len(strong) else chain[:0]


def _bands() -> np.ndarray:
    """(bins, bands): triangles of equal width in octaves."""
    bins = np.log2(np.maximum(np.fft.rfftfreq(WINDOW, 1 / RATE_HZ), 1e-3))
    edges = np.linspace(np.log2(LOWEST_HZ), np.log2(RATE_HZ / 2), BANDS + 2)
    width = edges[1] - edges[0]
    return np.clip(1 - np.abs(bins[:, None] - edges[None, 1:-1]) / width, 0.0, 1.0)
