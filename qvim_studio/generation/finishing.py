"""From the vocoder's samples to a clip that a sound designer can use as it is."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.contour_lock import brightness_lock, pitch_lock
from qvim_studio.audio.following.shape_lock import shape_lock
from qvim_studio.audio.levels import fade, normalize_peak, remove_dc
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, raise_if_cancelled
from qvim_studio.core.errors import EngineError
from qvim_studio.networks.bandwidth import EXTENDED_RATE, BandwidthExtender

OUTPUT_RATE_HZ = 48_000
TARGET_PEAK_DBFS = -1.0
FADE_IN_S = 0.002
FADE_OUT_S = 0.01
MIN_PEAK = 1e-4  # -80 dBFS: a model that gives less has given nothing


def is_silent(samples: np.ndarray) -> bool:
    """No sound at all, or no numbers."""
    return not np.isfinite(samples).all() or bool(np.abs(samples).max(initial=0.0) < MIN_PEAK)


def finish(
    samples: np.ndarray,
    sample_rate: int,
    imitation: np.ndarray | None,
    follow: float,
    seed: int,
    extender: BandwidthExtender | None = None,
    is_cancelled: IsCancelled = lambda: False,
) -> AudioClip:
    """With the course of the imitation's pitch, brightness and loudness; 48 kHz, without DC, faded
    at both ends, true peak at -1 dBTP.

    samples, imitation: mono at ``sample_rate``, 16 kHz for an extender. Raises EngineError if
    the model gave silence or no numbers, CancelledError between two of its edits.
    """
    if is_silent(samples):
        raise EngineError(
            f"The model gave no sound for seed {seed} (silence or invalid numbers). "
            "Try another seed, more steps or less guidance."
        )
    if imitation is not None:
        samples = pitch_lock(samples, imitation, sample_rate, follow)
        raise_if_cancelled(is_cancelled)
        samples = brightness_lock(samples, imitation, sample_rate, follow)
    raise_if_cancelled(is_cancelled)
    if extender is not None:
        samples = extender.extend(samples)
        if imitation is not None:
            imitation = resample(AudioClip.from_mono(imitation, sample_rate), EXTENDED_RATE).mono()
        sample_rate = EXTENDED_RATE
    if imitation is not None:
        raise_if_cancelled(is_cancelled)
        samples = shape_lock(samples, imitation, sample_rate, follow)
    clip = remove_dc(resample(AudioClip.from_mono(samples, sample_rate), OUTPUT_RATE_HZ))
    return normalize_peak(_faded_around_zero(clip), TARGET_PEAK_DBFS)


def _faded_around_zero(clip: AudioClip) -> AudioClip:
    """Fades bring an offset back into a short clip: it is taken away in their own shape, so that
    both ends stay at zero."""
    faded = fade(clip, FADE_IN_S, FADE_OUT_S).samples
    shape = AudioClip(np.ones_like(faded), clip.sample_rate)
    shape = fade(shape, FADE_IN_S, FADE_OUT_S).samples
    return AudioClip(faded - faded.mean(axis=0) / shape.mean(axis=0) * shape, clip.sample_rate)
