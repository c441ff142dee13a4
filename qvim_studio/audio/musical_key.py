"""Finds the key of music and parses written keys.

Source: Krumhansl & Schmuckler in Krumhansl, "Cognitive foundations of musical pitch" (1990),
chapter 4; the profiles are those of Krumhansl & Kessler (1982).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.melody import MELODY_RATE_HZ, PITCH_CLASSES, chroma_powers
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip

MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_WRITTEN = re.compile(
    r"^(?P<letter>[a-gA-G])(?P<sign>[#♯b♭]?)[ -]*(?P<mode>maj(or)?|min(or)?|m|M)?$"
)


@dataclass(frozen=True)
class MusicalKey:
    """tonic: pitch class, 0 = C."""

    tonic: int
    is_minor: bool

    @property
    def name(self) -> str:
        """ "A minor", "Eb major"."""
        return f"{TONICS[self.tonic]} {'minor' if self.is_minor else 'major'}"


def musical_key_of(clip: AudioClip) -> MusicalKey | None:
    """The key of all channels together; None for silence and without a pitch class that stands
    out."""
    return key_of_chroma(mean_chroma(clip))


def mean_chroma(clip: AudioClip) -> np.ndarray:
    """float64 (12,), from C: moments are weighed by their amplitude, not by their power."""
    powers = chroma_powers(mono_at(clip, MELODY_RATE_HZ))
    total = powers.sum(axis=0)
    return (powers / np.sqrt(np.maximum(total, 1e-12))).sum(axis=1)


def key_of_chroma(chroma: np.ndarray) -> MusicalKey | None:
    """The key whose profile correlates best with (12,); None where all classes are alike."""
    if not chroma.std() > 0:
        return None
    fits = [
        np.corrcoef(chroma, np.roll(profile, tonic))[0, 1]
        for profile in (MAJOR, MINOR)
        for tonic in range(PITCH_CLASSES)
    ]
    best = int(np.argmax(fits))
    return MusicalKey(best % PITCH_CLASSES, best >= PITCH_CLASSES)


def parse_key(text: str) -> MusicalKey | None:
    """A key as tags and tables write it: "Am", "F# minor", "Bbmaj"; None for any other text."""
    found = _WRITTEN.match(text.strip())
    if found is None:
        return None
    tonic = _LETTERS[found["letter"].lower()] + _SIGNS.get(found["sign"], 0)
    mode = found["mode"] or ("m" if found["letter"].islower() else "M")
    return MusicalKey(tonic % PITCH_CLASSES, mode == "m" or mode.startswith("min"))
