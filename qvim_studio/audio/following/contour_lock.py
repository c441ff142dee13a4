"""Contour-lock: brightness and pitch of a sound follow those of an imitation.

Both are compared in octaves from their own medians, as in the generator's curves
(families.audioldm.control_channels), so a voice moves a mouse's squeak and a lion's roar alike.
"""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.controls import CURVE_STEP_S, ControlCurves, extract_controls
from qvim_studio.audio.following.pitch_bend import bend_pitch
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.short_spectra import from_short_spectra, short_spectra
from qvim_studio.audio.smoothing import gaussian_smoothed, median_smoothed

WINDOW_S, HOP_S = 0.032, 0.008
AUDIBLE_DB = -40.0  # quieter frames, by their own loudest, have no brightness of their own
LOOSE_SMOOTHING_S, TIGHT_SMOOTHING_S = 0.25, 0.016  # of what is changed, at follow → 0 and at 1
MAX_OCTAVES = 1.5  # of brightness moved at once
MAX_SLOPE_DB = 15.0  # per octave
MAX_BOOST_DB = 20.0  # of any frequency; more would pull up the noise floor
LOWEST_HZ = 60.0
MAX_BEND_OCTAVES = 1.0
MIN_BEND_OCTAVES = 1 / 24  # half a semitone
MIN_VOICED_FRAMES = 4  # of 40 ms: less is a click, not a course
MIN_VOICED = 0.3  # of the frames that are audible: a hiss with a trace of voice has no course
MIN_SHARED = 0.5  # of the voiced frames, in which the sound must have a pitch for it to count
ROUNDS = 20  # halvings of the interval that a slope lies in


def brightness_lock(
    samples: np.ndarray, imitation: np.ndarray, sample_rate: int, follow: float
) -> np.ndarray:
    """Mono ``samples`` whose spectral centroid moves as that of ``imitation`` (same rate).

    The spectrum of each moment is tilted; its loudness stays. follow: 0 leaves the sound untouched,
    1 imposes the course in full.
    """
    is_short = min(len(samples), len(imitation)) < WINDOW_S * sample_rate
    if follow <= 0.0 or is_short or not np.any(samples) or not np.any(imitation):
        return samples
    size, hop = round(WINDOW_S * sample_rate), round(HOP_S * sample_rate)
    spectra = [
        short_spectra(side, size, hop) for side in (samples, fit_length(imitation, len(samples)))
    ]
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / sample_rate), LOWEST_HZ))
    powers = [np.square(np.abs(spectrum)) for spectrum in spectra]
    own, wanted = (_centroid(power, octaves) for power in powers)
    audible = np.logical_and(*(_is_audible(power) for power in powers))
    if audible.sum() < 2:
        return samples
    change = _contour(wanted, audible) - _contour(own, audible)
    change = np.interp(np.arange(len(own)), np.flatnonzero(audible), change[audible])
    change = gaussian_smoothed(change, _smoothing_s(follow) / HOP_S)
    target = own + np.clip(follow * change, -MAX_OCTAVES, MAX_OCTAVES)
    gain_db = _tilts(powers[0], octaves, target)
    gain_db -= 10 * np.log10(_share(powers[0], 10 ** (gain_db / 10)))
    gain = 10 ** (np.minimum(gain_db, MAX_BOOST_DB) / 20)
    tilted = from_short_spectra(spectra[0] * gain, size, hop)
    return fit_length(tilted, len(samples)).astype(np.float32)


def pitch_lock(
    samples: np.ndarray,
    imitation: np.ndarray,
    sample_rate: int,
    follow: float,
    *,
    fills_top: bool = False,
) -> np.ndarray:
    """Mono ``samples`` whose pitch moves as that of ``imitation`` (same rate).

    A sound with a pitch gets the course of the imitation; a sound without one is shifted by it.
    follow: 0 leaves the sound untouched, 1 imposes the course in full. The sound is also untouched
    if the imitation has no pitch, or if the sound has none and the imitation's is steady.
    fills_top: see bend_pitch.
    """
    bend = _bend(samples, imitation, sample_rate, follow, needs_pitch=False)
    if bend is None:
        return samples
    return bend_pitch(samples, sample_rate, bend, fills_top=fills_top)


def pitch_course(
    samples: np.ndarray, imitation: np.ndarray, sample_rate: int, follow: float
) -> np.ndarray | None:
    """The octaves (frames,) by which pitch_lock bends a sound with a pitch; None if the sound has
    no pitch or there is nothing to bend."""
    return _bend(samples, imitation, sample_rate, follow, needs_pitch=True)


def _bend(
    samples: np.ndarray,
    imitation: np.ndarray,
    sample_rate: int,
    follow: float,
    *,
    needs_pitch: bool,
) -> np.ndarray | None:
    if follow <= 0.0 or not np.any(samples):
        return None
    wanted = extract_controls(fit_length(imitation, len(samples)), sample_rate)
    if not has_pitch(wanted):
        return None
    voiced = is_voiced(wanted)
    own = extract_controls(samples, sample_rate)
    both = voiced & is_voiced(own)
    share_pitch = both.sum() > MIN_SHARED * voiced.sum()
    if needs_pitch and not share_pitch:
        return None
    bend = course_of_pitch(wanted.pitch_hz, voiced)
    if share_pitch:
        bend = bend - course_of_pitch(own.pitch_hz, both)
    bend = follow * gaussian_smoothed(bend, _smoothing_s(follow) / CURVE_STEP_S)
    bend = np.clip(bend, -MAX_BEND_OCTAVES, MAX_BEND_OCTAVES)
    if np.abs(bend).max() < MIN_BEND_OCTAVES:
        return None
    frames = np.arange(len(samples)) / sample_rate / CURVE_STEP_S - 0.5
    return np.interp(frames, np.arange(len(bend)), bend)


def is_loud(curves: ControlCurves) -> np.ndarray:
    """(frames,) bool: the audible frames, compared with the sound's loudest one."""
    return curves.loudness_db > curves.loudness_db.max() + AUDIBLE_DB


def is_voiced(curves: ControlCurves) -> np.ndarray:
    """(frames,) bool: the audible frames that have a pitch."""
    return (curves.pitch_hz > 0) & is_loud(curves)


def has_pitch(curves: ControlCurves) -> bool:
    """Whether enough of a sound has a pitch for a course."""
    least = max(MIN_VOICED_FRAMES, MIN_VOICED * is_loud(curves).sum())
    return bool(is_voiced(curves).sum() >= least)


def course_of_pitch(pitch_hz: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Octaves from the median of the voiced frames (frames,); a straight line joins voiced frames.

    Jumps by an octave are errors of the detector and are folded back.
    """
    octaves = np.log2(pitch_hz[voiced])
    octaves = np.unwrap(median_smoothed(octaves, 3), period=1.0)
    return np.interp(np.arange(len(pitch_hz)), np.flatnonzero(voiced), octaves - np.median(octaves))


def _tilts(power: np.ndarray, octaves: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Gains in dB (bins, frames) under which each frame's centroid comes to its target."""
    low = np.full(power.shape[1], -MAX_SLOPE_DB)
    high = -low
    for _ in range(ROUNDS):
        slope = (low + high) / 2
        is_dull = _centroid(power * 10 ** (np.outer(octaves, slope) / 10), octaves) < target
        low, high = np.where(is_dull, slope, low), np.where(is_dull, high, slope)
    slope = gaussian_smoothed((low + high) / 2, 1.0)
    return np.outer(octaves - octaves.mean(), slope)


def _centroid(power: np.ndarray, octaves: np.ndarray) -> np.ndarray:
    """(frames,) in octaves: the log of the mean frequency, as the curves are drawn."""
    return np.log2((2**octaves @ power) / np.maximum(power.sum(axis=0), 1e-20) + 1e-9)


def _share(power: np.ndarray, gain: np.ndarray) -> np.ndarray:
    return (power * gain).sum(axis=0) / np.maximum(power.sum(axis=0), 1e-20) + 1e-20


def _is_audible(power: np.ndarray) -> np.ndarray:
    level = 10 * np.log10(power.sum(axis=0) + 1e-20)
    return level > level.max() + AUDIBLE_DB


def _contour(octaves: np.ndarray, audible: np.ndarray) -> np.ndarray:
    return octaves - np.median(octaves[audible])


def _smoothing_s(follow: float) -> float:
    return LOOSE_SMOOTHING_S * (TIGHT_SMOOTHING_S / LOOSE_SMOOTHING_S) ** follow
