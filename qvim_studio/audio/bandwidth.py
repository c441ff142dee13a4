"""Measures how far up a recording reaches: headsets and codecs cut what lies above."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip

NARROW_HZ = 8_500.0  # below it something is missing of most sounds
HEADSET_RATES_HZ = (8_000, 16_000, 24_000)  # of Bluetooth headsets while they record
HEADSET_TOLERANCE = 0.04  # of the edge: their filters begin below half the rate
_FRAME_S = 0.04
_MAX_FRAMES = 300  # spread over the clip
_LOWEST_EDGE_HZ = 2_000.0
_BELOW = (0.8, 0.96)  # of a candidate edge: what is compared with all above _ABOVE of it
_ABOVE = 1.06
_MIN_DROP_DB = 25.0  # rooms and voices fall off more slowly within a quarter of an octave
_RANGE_DB = 100.0  # below the loudest band everything counts as nothing
_SMOOTHED_HZ = 150.0


def bandwidth_hz(clip: AudioClip) -> float:
    """The frequency above which a recording holds nothing: a steep edge in its mean spectrum, or
    half the sample rate if nothing is cut off."""
    nyquist_hz = clip.sample_rate / 2
    spectrum_db, step_hz = _mean_spectrum_db(clip)
    edges = np.arange(_LOWEST_EDGE_HZ, min(nyquist_hz / _ABOVE, 24_000.0) - step_hz, 2 * step_hz)
    drops = [_drop_db(spectrum_db, step_hz, edge) for edge in edges]
    if not drops or max(drops) < _MIN_DROP_DB:
        return nyquist_hz
    # Of neighboring candidates with the same drop the middle one lies on the edge.
    best = np.flatnonzero(np.array(drops) >= max(drops) - 3.0)
    return float(edges[best[len(best) // 2]])


def is_cut(reach_hz: float) -> bool:
    """Does a take that reaches so far come from a headset, or one like it? Other takes may end
    anywhere: the codecs of files cut less and elsewhere."""
    halves = np.array(HEADSET_RATES_HZ) / 2
    return reach_hz < NARROW_HZ or bool((np.abs(reach_hz / halves - 1) < HEADSET_TOLERANCE).any())


def _drop_db(spectrum_db: np.ndarray, step_hz: float, edge_hz: float) -> float:
    low, high = (round(share * edge_hz / step_hz) for share in _BELOW)
    above = round(_ABOVE * edge_hz / step_hz)
    return float(np.median(spectrum_db[low : high + 1]) - spectrum_db[above:].max())


def _mean_spectrum_db(clip: AudioClip) -> tuple[np.ndarray, float]:
    """Smoothed mean power in dB below the loudest band, and the distance of its values in Hz."""
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
