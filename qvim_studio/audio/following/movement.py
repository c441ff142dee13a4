"""Movement: how much two sounds rise, fall, brighten and glide at the same moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.following.contour_lock import (
    MIN_SHARED,
    MIN_VOICED_FRAMES,
    course_of_pitch,
    has_pitch,
    is_loud,
    is_voiced,
)
from qvim_studio.audio.following.controls import (
    ANALYSIS_RATE_HZ,
    CURVE_STEP_S,
    ControlCurves,
    extract_controls,
)
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

HOP_FRAMES = ANALYSIS_RATE_HZ // 100  # 10 ms
RANGE_DB = 50.0  # below its own loudest moment a sound counts as silent
AROUND = 10  # frames of silence before and after, so that beginning and end count as movement
PITCHED_S = 2.0  # seconds of a sound in which pitch is tracked; more would take too long
PITCHED_FRAMES = round(PITCHED_S / CURVE_STEP_S)
COMPARED_S = 30.0  # seconds of a sound that are compared
MIN_BRIGHT_FRAMES = 3  # frames of 40 ms, audible in both; fewer are a click without a course
BRIGHTNESS_TOLERANCE = 0.25  # octaves: how far a steady sound's centroid wavers
PITCH_TOLERANCE = 1 / 12  # octaves, a semitone: how far a steady voice wavers
ENVELOPE_SHARE, BRIGHTNESS_SHARE, PITCH_SHARE = 2.0, 1.0, 1.0


@dataclass(frozen=True, eq=False)
class Movement:
    """The movement of one sound.

    envelope_db: (frames,) RMS level every 10 ms, 0 at its loudest, -50 for silence. curves:
    brightness and pitch, every 40 ms.
    """

    envelope_db: np.ndarray
    curves: ControlCurves

    @classmethod
    def of(cls, clip: AudioClip, *, with_pitch: bool = True) -> Movement:
        """The movement of the first 30 s of a sound, with the pitch of its first 2 s, independent
        of its level.

        with_pitch: False if there is no pitch to compare with, which takes a tenth of the time.
        """
        beginning = AudioClip(clip.samples[: int(COMPARED_S * clip.sample_rate)], clip.sample_rate)
        samples = mono_at(beginning, ANALYSIS_RATE_HZ)
        curves = extract_controls(samples, ANALYSIS_RATE_HZ, PITCHED_S if with_pitch else 0.0)
        return cls(_envelope_db(samples), curves)

    @property
    def is_pitched(self) -> bool:
        """Whether the sound has a course of pitch."""
        return has_pitch(self._beginning)

    def agreement_with(self, take: Movement) -> float:
        """How closely the sound moves as a take does, 0..1; both begin at the same moment.

        The weighted mean of up to three numbers: Pearson's correlation of the levels in dB, which
        counts twice; the agreement of brightness (spectral centroid in octaves from the median)
        where both are audible; and the agreement of pitch (likewise) where both have one. Agreement
        is 1 - E[(a - b)²] / (E[a²] + E[b²] + 2 t²) with a tolerance t: 1 for two steady courses, 0
        for a steady one and one that moves far beyond t, as in Lin's concordance (1989). A negative
        mean counts as 0.
        """
        parts = [(ENVELOPE_SHARE, _correlation(self.envelope_db, take.envelope_db))]
        ours, theirs = self.curves, take.curves
        frames = min(len(ours), len(theirs))
        loud = is_loud(ours)[:frames] & is_loud(theirs)[:frames]
        if loud.sum() >= MIN_BRIGHT_FRAMES:
            bright = (
                np.log2(np.maximum(curves.centroid_hz[:frames][loud], 1.0))
                for curves in (ours, theirs)
            )
            one, other = (octaves - np.median(octaves) for octaves in bright)
            parts.append((BRIGHTNESS_SHARE, _agreement(one, other, BRIGHTNESS_TOLERANCE)))
        if self.is_pitched and take.is_pitched:
            parts += _pitch_parts(self._beginning, take._beginning)
        mean = sum(share * value for share, value in parts) / sum(share for share, _ in parts)
        return float(np.clip(mean, 0.0, 1.0))

    @property
    def _beginning(self) -> ControlCurves:
        """Whose pitch is known."""
        curves = self.curves
        rows = (curves.loudness_db, curves.centroid_hz, curves.pitch_hz, curves.periodicity)
        loudness_db, centroid_hz, pitch_hz, periodicity = (row[:PITCHED_FRAMES] for row in rows)
        return ControlCurves(loudness_db, centroid_hz, pitch_hz, periodicity, curves.step_s)


def _pitch_parts(ours: ControlCurves, theirs: ControlCurves) -> list[tuple[float, float]]:
    """The share and the agreement of pitch; empty if the sounds have a pitch at different
    moments."""
    frames = min(len(ours), len(theirs))
    voiced = is_voiced(theirs)[:frames]
    both = is_voiced(ours)[:frames] & voiced
    if both.sum() < max(MIN_VOICED_FRAMES, MIN_SHARED * voiced.sum()):
        return []
    one, other = (
        course_of_pitch(curves.pitch_hz[:frames], both)[both] for curves in (ours, theirs)
    )
    return [(PITCH_SHARE, _agreement(one, other, PITCH_TOLERANCE))]


def _envelope_db(samples: np.ndarray) -> np.ndarray:
    frames = max(1, -(-len(samples) // HOP_FRAMES))
    padded = np.zeros((frames + 1) * HOP_FRAMES, np.float64)
    padded[HOP_FRAMES // 2 : HOP_FRAMES // 2 + len(samples)] = samples
    hops = np.square(padded).reshape(-1, HOP_FRAMES).sum(axis=1)
    powers = hops[:-1] + hops[1:]
    return 10 * np.log10(np.maximum(powers / max(powers.max(), 1e-20), 10 ** (-RANGE_DB / 10)))


def _correlation(first_db: np.ndarray, second_db: np.ndarray) -> float:
    """Pearson's, of two courses of levels that end in silence."""
    longer = max(len(first_db), len(second_db))
    padded = [
        np.pad(course, (AROUND, AROUND + longer - len(course)), constant_values=-RANGE_DB)
        for course in (first_db, second_db)
    ]
    deviations = [course - course.mean() for course in padded]
    scale = np.sqrt(np.prod([np.square(deviation).sum() for deviation in deviations]))
    return float(deviations[0] @ deviations[1] / scale) if scale > 0 else 0.0


def _agreement(first: np.ndarray, second: np.ndarray, tolerance: float) -> float:
    apart = np.mean(np.square(first - second))
    spread = np.mean(np.square(first)) + np.mean(np.square(second)) + 2 * tolerance**2
    return float(1.0 - apart / spread)
