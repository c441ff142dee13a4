"""The melody of a sound: which of the twelve pitch classes leads at each moment.

MusicGen-Melody was trained on this (Copet et al. 2023, section 3.3): only the largest bin of the
chroma counts, so timbre and octave do not. The filter bank is that of librosa and transformers
(Ellis 2007, "Chroma feature analysis and synthesis"). The module needs only NumPy, because the
window shows the melody as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

MELODY_RATE_HZ = 32_000
MELODY_WINDOW = 16_384  # samples: 0.5 s, long enough to tell semitones from 33 Hz up
MELODY_HOP = 4096  # samples: 7.8125 frames a second
MELODY_STEP_S = MELODY_HOP / MELODY_RATE_HZ  # between two frames
PITCH_CLASSES = 12  # from C
NOTE_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
SILENT = -1
AUDIBLE_DB = -45.0  # by the loudest frame; quieter ones are pauses: a room's noise has no pitch
CONCERT_A_HZ = 440.0
CENTER_OCTAVE, OCTAVE_WIDTH = 5.0, 2.0  # of the bell that weighs octaves, counted from 27.5 Hz
FRAMES_AT_ONCE = 64  # of spectra in memory: 8 MB


@dataclass(frozen=True, eq=False)
class Melody:
    """classes: int64 (frames,), 0 = C .. 11 = B, SILENT in pauses; frame i is centered on 0.128 i
    s."""

    classes: np.ndarray

    @property
    def is_silent(self) -> bool:
        return not np.any(self.classes != SILENT)

    def chroma(self) -> np.ndarray:
        """float32 (12, frames) with a single 1 in each frame. A pause is the model's null frame,
        which is C, like the chroma of digital silence."""
        frames = np.zeros((PITCH_CLASSES, len(self.classes)), np.float32)
        frames[np.maximum(self.classes, 0), np.arange(len(self.classes))] = 1.0
        return frames

    def cut(self, begin: int, frames: int) -> Melody:
        """``frames`` frames from ``begin`` on, with pauses after the end of the melody."""
        classes = np.full(frames, SILENT, np.int64)
        there = self.classes[begin : begin + frames]
        classes[: len(there)] = there
        return Melody(classes)


def melody_of(clip: AudioClip) -> Melody:
    """The melody of all channels of a take together."""
    powers = chroma_powers(mono_at(clip, MELODY_RATE_HZ))
    loudness = powers.sum(axis=0)
    is_audible = loudness > loudness.max(initial=0.0) * 10 ** (AUDIBLE_DB / 10)
    return Melody(np.where(is_audible, powers.argmax(axis=0), SILENT))


def chroma_powers(samples: np.ndarray) -> np.ndarray:
    """Mono (samples,) at 32 kHz → power of every pitch class, float64 (12, samples // 4096 + 1).

    The sound is mirrored before its beginning, as in training, and followed by silence.
    """
    half = MELODY_WINDOW // 2
    count = len(samples) // MELODY_HOP + 1
    padded = np.zeros((count - 1) * MELODY_HOP + MELODY_WINDOW + 1)
    padded[half : half + len(samples)] = samples[: len(padded) - half]
    padded[:half] = padded[half + 1 : MELODY_WINDOW + 1][::-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded, MELODY_WINDOW)[::MELODY_HOP]
    window = np.hanning(MELODY_WINDOW + 1)[:-1]
    powers = np.empty((PITCH_CLASSES, count))
    for begin in range(0, count, FRAMES_AT_ONCE):
        spectra = np.fft.rfft(frames[begin : begin + FRAMES_AT_ONCE] * window)
        powers[:, begin : begin + len(spectra)] = _filters() @ np.square(np.abs(spectra)).T
    return powers


@cache
def _filters() -> np.ndarray:
    """Weights (12, bins): a bell around each pitch class, narrower for higher bins, times a bell
    over the octaves; every bin's weights have unit length before that."""
    bins = np.arange(1, MELODY_WINDOW)
    semitones = PITCH_CLASSES * np.log2(bins * MELODY_RATE_HZ / MELODY_WINDOW * 16 / CONCERT_A_HZ)
    # Bin 0 has no pitch: one and a half octaves below the next, with a bell as broad as that.
    semitones = np.concatenate(([semitones[0] - 1.5 * PITCH_CLASSES], semitones))
    widths = np.append(np.maximum(np.diff(semitones), 1.0), 1.0)
    half = PITCH_CLASSES / 2
    distances = semitones - np.arange(PITCH_CLASSES)[:, None]
    distances = np.remainder(distances + half, PITCH_CLASSES) - half
    weights = np.exp(-0.5 * np.square(2 * distances / widths))
    weights /= np.linalg.norm(weights, axis=0)
    octaves = semitones / PITCH_CLASSES
    weights *= np.exp(-0.5 * np.square((octaves - CENTER_OCTAVE) / OCTAVE_WIDTH))
    from_c = np.roll(weights, -3, axis=0)  # the first of them is A
    return np.ascontiguousarray(from_c[:, : MELODY_WINDOW // 2 + 1])
