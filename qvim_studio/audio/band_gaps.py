"""Fills gaps at the top of a sound's band: moments at which it ends lower than it usually does.

A model that was trained on recordings of several bandwidths sometimes makes a second or two of a
narrower band. A bandwidth extension then takes the sound for a narrow recording and adds nothing.
In four minutes of rain made by the starter, the band ended at 7.0 kHz instead of 7.4 kHz for 1.5 s,
and the extension was 13 dB lower there. The band 2.5 kHz lower fills the gap, at the level that the
top band usually has relative to the bands below it.
"""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.short_spectra import from_short_spectra, short_spectra

WINDOW_S, HOP_S = 0.016, 0.004
BAND_HZ = 125.0
REFERENCE_HZ = (3000.0, 5000.0)  # which says how loud the bands above should be
TOP_HZ = (5000.0, 7500.0)  # where gaps are looked for
MOVED_HZ = 2500.0  # from so far below a gap is filled; a whole turn of phase for each hop
SMOOTH_S = 0.06  # over which levels are compared
GAP_DB = 20.0  # so far below its usual level a band is missing; nothing natural drops so steeply
STEEP_BANDS = 4  # within which the level falls that far at the lower end of a gap
USUAL_DB = -40.0  # of a band against the reference, below which it is not there anyway
LEAST_DB = -50.0  # of the reference against its loudest moment: what is quieter does not count
NOTHING = 1e-14


def without_gaps(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mono ``samples`` (frames,) float32, the very same where there is no gap."""
    size, hop = round(WINDOW_S * sample_rate), round(HOP_S * sample_rate)
    if len(samples) < size or sample_rate < 2 * TOP_HZ[1]:
        return samples
    spectrum = short_spectra(samples, size, hop)
    width = sample_rate / size
    first, last, moved, per_band = (round(hz / width) for hz in (*TOP_HZ, MOVED_HZ, BAND_HZ))
    low, high = (round(hz / width) for hz in REFERENCE_HZ)
    power = np.square(np.abs(spectrum).astype(np.float64))
    reference = _smoothed(power[low:high].mean(axis=0))
    bands, below = (
        _smoothed(power[begin:end].reshape(-1, per_band, power.shape[1]).mean(axis=1))
        for begin, end in ((first, last), (first - moved, last - moved))
    )
    counts = reference > reference.max() * 10 ** (LEAST_DB / 10)
    levels_db = 10 * np.log10((bands + NOTHING) / (reference + NOTHING))
    if not counts.any():
        return samples
    usual_db = np.median(levels_db[:, counts], axis=1)
    is_gap = _gaps(levels_db, usual_db) & counts
    if not is_gap.any():
        return samples
    wanted = reference * 10 ** (usual_db[:, None] / 10)
    gain = np.sqrt(wanted / np.maximum(below, NOTHING)) * is_gap
    fitting = np.repeat(gain, per_band, axis=0)
    filled = spectrum.copy()
    filled[first:last] = np.where(
        fitting > 0.0, fitting * spectrum[first - moved : last - moved], spectrum[first:last]
    )
    made = from_short_spectra(filled, size, hop)
    return fit_length(made, len(samples)).astype(np.float32)


def _gaps(levels_db: np.ndarray, usual_db: np.ndarray) -> np.ndarray:
    """Bool (bands, frames): missing bands that should be there, from a steep edge upwards."""
    missing_db = usual_db[:, None] - levels_db
    is_missing = (missing_db > GAP_DB) & (usual_db[:, None] > USUAL_DB)
    before = np.pad(missing_db, ((STEEP_BANDS, 0), (0, 0)))[: len(missing_db)]
    is_edge = is_missing & (missing_db - before > GAP_DB)
    return is_missing & (np.cumsum(is_edge, axis=0) > 0)


def _smoothed(power: np.ndarray) -> np.ndarray:
    """Means along the last axis over SMOOTH_S."""
    count = max(1, round(SMOOTH_S / HOP_S)) | 1
    half = count // 2
    padded = np.pad(power, [(0, 0)] * (power.ndim - 1) + [(half + 1, half)], mode="edge")
    sums = np.cumsum(padded, axis=-1)
    return np.maximum(sums[..., count:] - sums[..., :-count], 0.0) / count
