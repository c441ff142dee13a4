"""The control curves of a sound: loudness, brightness, pitch and periodicity, every 40 ms.

These curves set when something happens, while the embedding sets what happens (Sketch2Sound, Garcia
et al. 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from qvim_studio.audio.following.pitch import HOP_SAMPLES, PITCH_RATE_HZ, track_pitch
from qvim_studio.audio.smoothing import median_smoothed

ANALYSIS_RATE_HZ = PITCH_RATE_HZ
CURVE_STEP_S = 0.04
FRAME_SAMPLES = round(CURVE_STEP_S * ANALYSIS_RATE_HZ)
WINDOW_SAMPLES = 1024
SILENCE_DB = -120.0
MAX_MEDIAN_FRAMES = 25  # one second: the loosest reading of a curve
MIN_PITCH_SAMPLES = 4096  # the detector needs some context; shorter input is padded


@dataclass(frozen=True, eq=False)
class ControlCurves:
    """Four float32 arrays of shape (frames,).

    loudness_db: RMS level in dBFS, -120 for silence. centroid_hz: spectral centroid, 0 for
    silence. pitch_hz: fundamental, 0 where unvoiced. periodicity: 0 noise .. 1 tone. step_s: time
    between two frames.
    """

    loudness_db: np.ndarray
    centroid_hz: np.ndarray
    pitch_hz: np.ndarray
    periodicity: np.ndarray
    step_s: float = CURVE_STEP_S

    def __len__(self) -> int:
        return len(self.loudness_db)


def extract_controls(
    samples: np.ndarray, sample_rate: int, pitched_s: float | None = None
) -> ControlCurves:
    """Curves of mono float samples of shape (n,); at least one frame.

    pitched_s: the seconds in which a pitch is looked for, which takes most of the time; later
    frames count as unvoiced. None means the whole sound.
    """
    if sample_rate != ANALYSIS_RATE_HZ:
        samples = soxr.resample(samples, sample_rate, ANALYSIS_RATE_HZ)
    samples = np.asarray(samples, dtype=np.float32)
    frames = max(1, -(-len(samples) // FRAME_SAMPLES))
    loudness_db, centroid_hz = _level_and_centroid(samples, frames)
    pitched = samples if pitched_s is None else samples[: round(pitched_s * ANALYSIS_RATE_HZ)]
    pitch_hz, periodicity = np.zeros((2, frames), np.float32)
    if len(pitched):
        part = -(-len(pitched) // FRAME_SAMPLES)
        pitch_hz[:part], periodicity[:part] = _pitch(pitched, part)
    return ControlCurves(loudness_db, centroid_hz, pitch_hz, periodicity)


def smooth_controls(curves: ControlCurves, follow: float) -> ControlCurves:
    """Median filter whose width grows from 1 frame (follow 1) to 25 frames (follow 0)."""
    width = 1 + 2 * round((1.0 - follow) * (MAX_MEDIAN_FRAMES - 1) / 2)
    loudness_db, centroid_hz, pitch_hz, periodicity = (
        median_smoothed(curve, width) for curve in _arrays(curves)
    )
    return ControlCurves(loudness_db, centroid_hz, pitch_hz, periodicity, curves.step_s)


def fit_controls(curves: ControlCurves, frames: int) -> ControlCurves:
    """Stretch or squeeze the curves in time to ``frames`` values.

    Pitch is taken from the nearest frame, because a tone and a gap cannot be averaged."""
    source = np.arange(len(curves))
    wanted = (np.arange(frames) + 0.5) * len(curves) / frames - 0.5
    nearest = np.clip(np.rint(wanted), 0, len(curves) - 1).astype(int)
    loudness_db, centroid_hz, pitch_hz, periodicity = _arrays(curves)
    return ControlCurves(
        np.interp(wanted, source, loudness_db).astype(np.float32),
        np.interp(wanted, source, centroid_hz).astype(np.float32),
        pitch_hz[nearest],
        np.interp(wanted, source, periodicity).astype(np.float32),
    )


def _arrays(curves: ControlCurves) -> tuple[np.ndarray, ...]:
    return curves.loudness_db, curves.centroid_hz, curves.pitch_hz, curves.periodicity


def _level_and_centroid(samples: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """RMS in dB and spectral centroid in Hz of windows centered on each frame."""
    margin = (WINDOW_SAMPLES - FRAME_SAMPLES) // 2
    padded = np.zeros(frames * FRAME_SAMPLES + 2 * margin, np.float32)
    padded[margin : margin + len(samples)] = samples
    blocks = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::FRAME_SAMPLES]
    windowed = blocks[:frames] * np.hanning(WINDOW_SAMPLES)
    rms = np.sqrt(np.mean(blocks[:frames, margin:-margin] ** 2, axis=1))
    loudness_db = np.maximum(20 * np.log10(rms + 1e-12), SILENCE_DB)
    power = np.abs(np.fft.rfft(windowed, axis=1)) ** 2
    total = power.sum(axis=1)
    bins_hz = np.fft.rfftfreq(WINDOW_SAMPLES, 1 / ANALYSIS_RATE_HZ)
    centroid_hz = np.where(total > 1e-9, power @ bins_hz / np.maximum(total, 1e-12), 0.0)
    return loudness_db.astype(np.float32), centroid_hz.astype(np.float32)


def _pitch(samples: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Fundamental in Hz (0 where unvoiced) and confidence, at the middle of each frame."""
    if len(samples) < MIN_PITCH_SAMPLES:
        samples = np.pad(samples, (0, MIN_PITCH_SAMPLES - len(samples)))
    found = track_pitch(samples)
    middles = (np.arange(frames) + 0.5) * FRAME_SAMPLES / HOP_SAMPLES
    nearest = np.minimum(np.rint(middles).astype(int), len(found.confidence) - 1)
    periodicity = found.confidence[nearest]
    pitch_hz = np.where(periodicity >= 0.5, found.pitch_hz[nearest], 0.0)
    return pitch_hz.astype(np.float32), periodicity.astype(np.float32)
