"""The data of a drawn sound, computed outside the window's thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.files.peaks import PeakPyramid
from qvim_studio.audio.following.controls import ControlCurves, extract_controls
from qvim_studio.audio.spectrogram import Spectrogram, compute_spectrogram
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import MAX_AT_ONCE_S


@dataclass(frozen=True, eq=False)
class SoundPicture:
    """The waveform, which is quick even for ten minutes. peak: largest sample, linear."""

    pyramid: PeakPyramid
    sample_rate: int
    duration_s: float
    peak: float

    def columns(self, begin_s: float, end_s: float, count: int) -> np.ndarray:
        """(count, 2) minima and maxima of equal stretches of begin_s..end_s."""
        return self.pyramid.columns(begin_s * self.sample_rate, end_s * self.sample_rate, count)


@dataclass(frozen=True, eq=False)
class SoundAnalysis:
    """The slower part. curves: None for sounds that are too long to be imitated."""

    spectrogram: Spectrogram
    curves: ControlCurves | None


def picture_of(clip: AudioClip) -> SoundPicture:
    pyramid = PeakPyramid(clip.mono())
    peak = float(np.abs(pyramid.columns(0, pyramid.frames, 1)).max())
    return SoundPicture(pyramid, clip.sample_rate, clip.duration_s, peak)


def picture_of_peaks(peaks: np.ndarray, column_s: float, duration_s: float) -> SoundPicture:
    """The picture of minima and maxima (columns, 2), as a sound of two samples for each column."""
    pyramid = PeakPyramid(np.ascontiguousarray(peaks.reshape(-1), np.float32))
    peak = float(np.abs(peaks).max(initial=0.0))
    return SoundPicture(pyramid, round(2 / column_s), duration_s, peak)


def analyze(clip: AudioClip) -> SoundAnalysis:
    """Spectrogram, and the curves that the generator follows."""
    mono = clip.mono()
    curves = None
    if clip.duration_s <= MAX_AT_ONCE_S:
        curves = extract_controls(mono, clip.sample_rate)
    return SoundAnalysis(compute_spectrogram(mono, clip.sample_rate), curves)
