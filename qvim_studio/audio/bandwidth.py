"""Measures the highest frequency of a recording; headsets and codecs cut what lies above."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip

NARROW_HZ = 8_500.0  # most sounds lack something below this reach
HEADSET_RATES_HZ = (8_000, 16_000, 24_000)  # of Bluetooth headsets while they record
HEADSET_TOLERANCE = 0.04  # tolerance of the edge: filters begin below half the rate
_FRAME_S = 0.04
_MAX_FRAMES = 300  # spread over the clip
_LOWEST_EDGE_HZ = 2_000.0
_BELOW = (0.8, 0.96)  # of a candidate edge: what is compared with all above _ABOVE of it
_ABOVE = 1.06
_MIN_DROP_DB = 25.0  # rooms and voices fall off more slowly within a quarter of an octave
_RANGE_DB = 100.0  # lower levels, by the loudest band, count as empty
_SMOOTHED_HZ = 150.0


def bandwidth_hz(clip: AudioClip) -> float:
    """The frequency above which a recording holds nothing: a steep edge in its mean spectrum, or
    half the sample rate if nothing is cut off."""
    nyquist_hz = clip.sample_rate / 2
    spectrum_db, step_hz = _mean_spectrum_db(clip)
    edges = np.arange(_LOWEST_EDGE_HZ, min(nyquist_hz / _ABOVE, 24_000.0) - step_hz, 2 * step_hz)
    drops = _drops_db(spectrum_db, step_hz, edges)
    if drops.max(initial=0.0) < _MIN_DROP_DB:
        return nyquist_hz
    # Of neighboring candidates with the same drop the middle one lies on the edge.
    best = np.flatnonzero(drops >= drops.max() - 3.0)
    return float(edges[best[len(best) // 2]])


def is_cut(reach_hz: float) -> bool:
    """Whether a take with this reach probably comes from a Bluetooth headset. The codecs of files
    cut less, and at other frequencies."""
    halves = np.array(HEADSET_RATES_HZ) / 2
    return reach_hz < NARROW_HZ or bool((np.abs(reach_hz / halves - 1) < HEADSET_TOLERANCE).any())


def _drops_db(spectrum_db: np.ndarray, step_hz: float, edges_hz: np.ndarray) -> np.ndarray:
    """How far the median below each candidate edge lies above all that is beyond the edge."""
    first, last = (np.rint(share * edges_hz / step_hz).astype(int) for share in _BELOW)
    above = np.rint(_ABOVE * edges_hz / step_hz).astype(int)
    counts = last - first + 1
    places = first[:, None] + np.arange(counts.max(initial=1))
    below = np.where(places <= last[:, None], spectrum_db.take(places, mode="clip"), np.inf)
    below.sort(axis=1)
    middles = np.stack([(counts - 1) // 2, counts // 2], axis=1)
    medians_db = np.take_along_axis(below, middles, axis=1).mean(axis=1)
    return medians_db - np.maximum.accumulate(spectrum_db[::-1])[::-1][above]


def _mean_spectrum_db(clip: AudioClip) -> tuple[np.ndarray, float]:
    """Smoothed mean power in dB below the loudest band, and the spacing of its values in Hz."""
    mono = clip.mono()
    size = max(64, round(_FRAME_S * clip.sample_rate))
    if len(mono) < size:
        mono = np.pad(mono, (0, size - len(mono)))
    count = len(mono) // size
    frames = mono[: count * size].reshape(count, size)[:: -(-count // _MAX_FRAMES)]
    window = np.hanning(size).astype(np.float32)
    power = np.zeros(size // 2 + 1)
    for frame in frames:
        power += np.square(np.abs(np.fft.rfft((frame - frame.mean()) * window)))
    step_hz = clip.sample_rate / size
    width = max(1, round(_SMOOTHED_HZ / step_hz))
    smooth = np.convolve(power, np.full(width, 1 / width), "same")
    return 10 * np.log10(
        np.maximum(smooth / max(smooth.max(), 1e-30), 10 ** (-_RANGE_DB / 10))
    ), step_hz
