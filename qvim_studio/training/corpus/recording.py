"""Adds the sound of a room and its microphone to takes, which rendered imitations lack.

An encoder that does not know rooms or fans takes them for a part of the sound: quiet noise after a
short "pop" fills most of a spectrogram in decibels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.training.corpus.crops import random_color
from qvim_studio.training.corpus.imitations import SAMPLE_RATE, ImitationSet

LOWEST_HZ = 40.0  # of noise: microphones pick up little below


@dataclass(frozen=True)
class Recording:
    """How much takes differ from studio recordings.

    room_odds: of a room, whose reverberation falls by 60 dB in decay_s and is room_db loud beside
    the direct sound. noise_odds: of steady noise, snr_db below the sound, from white to brown.
    pauses_s: most that is recorded before and after the sound.
    """

    room_odds: float = 0.6
    decay_s: tuple[float, float] = (0.1, 0.6)
    room_db: tuple[float, float] = (-20.0, -2.0)
    noise_odds: float = 0.7
    snr_db: tuple[float, float] = (10.0, 50.0)
    pauses_s: tuple[float, float] = (0.3, 0.9)


def random_recording(
    samples: np.ndarray, sample_rate: int, rng: np.random.Generator, recording: Recording
) -> np.ndarray:
    """float32 (frames,) as a microphone records it. Silence is cut. Noise before and after the
    sound stays, although the studio cuts it, because other programs may not."""
    pauses = [int(sample_rate * rng.uniform(0.0, most)) for most in recording.pauses_s]
    recorded = random_color(np.pad(samples, pauses), sample_rate, rng)
    if rng.random() < recording.room_odds:
        recorded = _in_room(recorded, sample_rate, rng, recording)
    if rng.random() < recording.noise_odds:
        recorded = _with_noise(
            recorded, float(np.mean(np.square(samples))), sample_rate, rng, recording
        )
    return trim_silence(AudioClip.from_mono(recorded.astype(np.float32), sample_rate)).mono()


def recorded_row(takes: ImitationSet, row: int, recording: Recording) -> np.ndarray:
    """The take in that row. Real takes and the first rendered one of each item stay as they are;
    the others get a room, always the same one."""
    if takes.is_real[row] or row in takes.rows.first:
        return takes.row(row)
    return random_recording(takes.row(row), SAMPLE_RATE, np.random.default_rng(row), recording)


def _in_room(
    samples: np.ndarray, sample_rate: int, rng: np.random.Generator, recording: Recording
) -> np.ndarray:
    """Reverberation as noise that decays exponentially (Polack, 1988), of the same length."""
    decay_s = rng.uniform(*recording.decay_s)
    seconds = np.arange(int(decay_s * sample_rate)) / sample_rate
    response = rng.standard_normal(len(seconds)) * 10 ** (-3 * seconds / decay_s)
    response *= 10 ** (rng.uniform(*recording.room_db) / 20) / np.linalg.norm(response)
    response[0] += 1.0
    return fftconvolve(samples, response)[: len(samples)]


def _with_noise(
    samples: np.ndarray,
    power: float,
    sample_rate: int,
    rng: np.random.Generator,
    recording: Recording,
) -> np.ndarray:
    """Steady noise whose spectrum falls by 0 to 6 dB an octave, relative to the sound's power."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    hertz = np.maximum(np.fft.rfftfreq(len(samples), 1 / sample_rate), LOWEST_HZ)
    noise = np.fft.irfft(spectrum / hertz ** rng.uniform(0.0, 1.0), len(samples))
    wanted = np.sqrt(power) * 10 ** (-rng.uniform(*recording.snr_db) / 20)
    return samples + noise * (wanted / max(float(noise.std()), 1e-12))
