"""Levels: peak, true peak, loudness, normalizing, fades."""

from __future__ import annotations

import numpy as np
import soxr

from qvim_studio.audio.loudness import integrated_loudness
from qvim_studio.core.clip import AudioClip

OVERSAMPLING = 4  # of the true-peak meter (ITU-R BS.1770-4, annex 2)
MIN_LOUDNESS_S = 0.4  # one gating block of BS.1770: shorter sounds have no loudness
SILENCE_DBFS = -120.0
COMPARISON_LUFS = -23.0  # EBU R128: leaves room for the peaks of short sounds


def peak_dbfs(clip: AudioClip) -> float:
    """Largest sample in dBFS, -120 for silence."""
    return to_dbfs(float(np.abs(clip.samples).max(initial=0.0)))


def rms_dbfs(clip: AudioClip) -> float:
    """Root mean square over all samples in dBFS (a full-scale sine is -3)."""
    return to_dbfs(float(np.sqrt(np.mean(np.square(clip.samples, dtype=np.float64)))))


def true_peak_dbfs(clip: AudioClip) -> float:
    """Largest value of the waveform, also between the samples, in dBTP."""
    rate = clip.sample_rate
    oversampled = soxr.resample(clip.samples, rate, OVERSAMPLING * rate, quality="HQ")
    return max(to_dbfs(float(np.abs(oversampled).max(initial=0.0))), peak_dbfs(clip))


def loudness_lufs(clip: AudioClip) -> float | None:
    """Integrated loudness (BS.1770-4); None if undefined, see audio.loudness."""
    if clip.duration_s < MIN_LOUDNESS_S:
        return None
    return integrated_loudness(clip.samples, clip.sample_rate)


def normalize_peak(clip: AudioClip, target_dbfs: float = -1.0) -> AudioClip:
    """Scaled so that the true peak is ``target_dbfs``; silence is returned as it is."""
    peak = true_peak_dbfs(clip)
    if peak <= SILENCE_DBFS:
        return clip
    gain = 10 ** ((target_dbfs - peak) / 20)
    return AudioClip((clip.samples * np.float32(gain)).astype(np.float32), clip.sample_rate)


def with_silence(samples: np.ndarray, frames: int) -> np.ndarray:
    """The samples (n, channels) with ``frames`` of silence after them."""
    return np.concatenate([samples, np.zeros((frames, samples.shape[1]), samples.dtype)])


def match_loudness(clip: AudioClip, target_lufs: float = COMPARISON_LUFS) -> AudioClip:
    """The clip at the loudness of comparisons, because people prefer the louder of two sounds.

    Sounds under 400 ms are measured with silence around them. Peaks stay below full scale.
    """
    missing = max(int(np.ceil(MIN_LOUDNESS_S * clip.sample_rate)) - len(clip.samples), 0)
    padded = with_silence(clip.samples, missing)
    loudness = loudness_lufs(AudioClip(padded, clip.sample_rate))
    if loudness is None:
        return clip
    gain_db = min(target_lufs - loudness, -peak_dbfs(clip))
    gain = np.float32(10 ** (gain_db / 20))
    return AudioClip(clip.samples * gain, clip.sample_rate)


def remove_dc(clip: AudioClip) -> AudioClip:
    """The clip without the constant offset of each channel."""
    return AudioClip(clip.samples - clip.samples.mean(axis=0), clip.sample_rate)


def fade(clip: AudioClip, in_s: float, out_s: float) -> AudioClip:
    """Raised-cosine fades at both ends; each at most half of the clip."""
    samples = clip.samples.copy()
    for seconds, part in ((in_s, slice(None)), (out_s, slice(None, None, -1))):
        length = min(int(seconds * clip.sample_rate), len(samples) // 2)
        ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))
        samples[part][:length] *= ramp[:, None].astype(np.float32)
    return AudioClip(samples, clip.sample_rate)


def to_dbfs(amplitude: float) -> float:
    """The level of an amplitude in dBFS, 1.0 being full scale; -120 for silence."""
    return max(20 * float(np.log10(max(amplitude, 1e-12))), SILENCE_DBFS)
