"""Measures how closely a clip follows an imitation in time, and whether it is usable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.following.arranging import find_events
from qvim_studio.audio.following.controls import ANALYSIS_RATE_HZ, extract_controls
from qvim_studio.audio.following.shape_lock import HOP_S, envelope_db
from qvim_studio.audio.levels import rms_dbfs
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

SILENT_DBFS = -60.0
CLIPPED = 0.999
MAX_DC = 1e-3
MIN_COURSE = 4  # frames of 40 ms: fewer have no course
AUDIBLE_DB = -40.0  # frames this far below the loudest are not judged for brightness and pitch


@dataclass(frozen=True)
class Fidelity:
    """envelope_correlation: Pearson, of levels in dB every 5 ms. onset_ms: mean distance from
    each attack of the imitation to the nearest one of the clip. centroid_octaves, pitch_cents: mean
    distance of the two courses, each from its own median, where both are audible (for pitch:
    voiced); None if that is too seldom."""

    envelope_correlation: float
    onset_ms: float
    centroid_octaves: float | None
    pitch_cents: float | None


def measure_fidelity(imitation: AudioClip, made: AudioClip) -> Fidelity:
    """Compare over the imitation's length."""
    wanted, got = mono_at(imitation, ANALYSIS_RATE_HZ), mono_at(made, ANALYSIS_RATE_HZ)
    length = min(len(wanted), len(got))
    wanted, got = wanted[:length], got[:length]
    frames = max(2, int(length / ANALYSIS_RATE_HZ / HOP_S))
    levels = [envelope_db(side, ANALYSIS_RATE_HZ, frames) for side in (wanted, got)]
    first, second = (extract_controls(side, ANALYSIS_RATE_HZ) for side in (wanted, got))
    is_audible = np.minimum(
        first.loudness_db - first.loudness_db.max(), second.loudness_db - second.loudness_db.max()
    )
    is_audible = is_audible > AUDIBLE_DB
    is_pitched = is_audible & (first.pitch_hz > 0) & (second.pitch_hz > 0)
    octaves = _course_octaves(first.pitch_hz, second.pitch_hz, is_pitched)
    return Fidelity(
        envelope_correlation=_correlation(*levels),
        onset_ms=_onset_distance_ms(wanted, got),
        centroid_octaves=_course_octaves(first.centroid_hz, second.centroid_hz, is_audible),
        pitch_cents=None if octaves is None else 1200 * octaves,
    )


def failed_gates(clip: AudioClip) -> list[str]:
    """The faults of a clip among silence, clipping, DC and invalid numbers; empty for a usable
    clip."""
    samples = clip.samples
    failures = {
        "invalid": not np.isfinite(samples).all(),
        "silent": rms_dbfs(clip) < SILENT_DBFS,
        "clipped": bool(np.abs(samples).max(initial=0.0) >= CLIPPED),
        "dc": abs(float(samples.mean())) > MAX_DC,
    }
    return [name for name, is_failed in failures.items() if is_failed]


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if first.std() < 1e-9 or second.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _onset_distance_ms(wanted: np.ndarray, got: np.ndarray) -> float:
    begins = [
        np.array([begin for begin, _ in find_events(side, ANALYSIS_RATE_HZ)])
        for side in (wanted, got)
    ]
    distances = np.abs(begins[0][:, None] - begins[1][None, :]).min(axis=1)
    return float(1000 * distances.mean() / ANALYSIS_RATE_HZ)


def _course_octaves(first: np.ndarray, second: np.ndarray, where: np.ndarray) -> float | None:
    where = where & (first > 0) & (second > 0)
    if where.sum() < MIN_COURSE:
        return None
    courses = [np.log2(side[where]) for side in (first, second)]
    wanted, got = (course - np.median(course) for course in courses)
    return float(np.abs(wanted - got).mean())
