"""Spoken imitations: onomatopoeia of a class of sounds, said by the speech synthesizer Flite.

People also name a sound: "boing", "click-clack". Which word stands for which sound cannot be heard
in the sound, so it has to be told (training.spoken_words). Flite (Carnegie Mellon University)
speaks with four people's voices, and is not the synthesizer that evaluation speaks with.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soxr

from qvim_studio.audio.files import read_audio
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, StudioError
from qvim_studio.training.crops import random_stretch
from qvim_studio.training.spoken_words import SPOKEN_WORDS

PROGRAM = "flite"
VOICES = ("kal16", "rms", "slt", "awb")
PITCH_RANGE_HZ = (80.0, 260.0)
PITCH_SPREAD_HZ = (5.0, 45.0)  # from a monotone to a sing-song
SLOWNESS_RANGE = (0.7, 2.2)  # of durations: an imitation is held longer than a word
TRACT_OCTAVES = 0.35  # pitch and formants together: other sizes of mouths
TIMEOUT_S = 30


def words_of(sound_class: str) -> tuple[str, ...]:
    """What people say for a class of sounds, as Flite's phones; none where they have no word."""
    return SPOKEN_WORDS.get(sound_class, ())


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


def speak(word: str, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """One person's way of saying a word, float32 (frames,), without silence around it.

    word: phones of US English (CMU's set) with spaces between them. Raises StudioError where Flite
    is absent or cannot say it.
    """
    settings = {
        "duration_stretch": rng.uniform(*SLOWNESS_RANGE),
        "int_f0_target_mean": rng.uniform(*PITCH_RANGE_HZ),
        "int_f0_target_stddev": rng.uniform(*PITCH_SPREAD_HZ),
    }
    command = [PROGRAM, "-voice", VOICES[rng.integers(len(VOICES))], "-p", f"pau {word} pau"]
    for name, value in settings.items():
        command += ["--setf", f"{name}={value:.3f}"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        try:
            subprocess.run(
                [*command, "-o", str(path)], check=True, capture_output=True, timeout=TIMEOUT_S
            )
            clip = read_audio(path)
        except (OSError, subprocess.SubprocessError, AudioFileError) as error:
            raise StudioError(
                f"The speech synthesizer Flite could not say {word!r}: {error}. On Debian it is "
                "installed by: apt install flite."
            ) from error
    samples = soxr.resample(clip.mono(), clip.sample_rate, sample_rate)
    trimmed = trim_silence(AudioClip.from_mono(samples, sample_rate)).mono()
    return random_stretch(trimmed, rng, TRACT_OCTAVES)
