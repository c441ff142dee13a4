"""The key of a scale or a cadence is heard, and keys are read as people write them."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.musical_key import (
    MAJOR,
    MINOR,
    MusicalKey,
    key_of_chroma,
    musical_key_of,
    parse_key,
)
from qvim_studio.core.clip import AudioClip

RATE_HZ = 32_000
MAJOR_CADENCE = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (0, 4, 7))  # I IV V I
MINOR_CADENCE = ((0, 3, 7), (5, 8, 0), (7, 11, 2), (0, 3, 7))


def played(chords: tuple[tuple[int, ...], ...], tonic: int) -> AudioClip:
    """Chords of half a second each, three partials a note."""
    at_s = np.arange(RATE_HZ // 2) / RATE_HZ
    parts = []
    for chord in chords:
        hertz = [261.6256 * 2 ** ((tonic + note) / 12) for note in chord]
        waves = [np.sin(2 * np.pi * h * n * at_s) / n for h in hertz for n in (1, 2, 3)]
        parts.append(np.sum(waves, axis=0) * 0.05)
    return AudioClip.from_mono(np.concatenate(parts).astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("tonic", [0, 3, 9])
def test_key_of_a_cadence(tonic: int) -> None:
    assert musical_key_of(played(MAJOR_CADENCE, tonic)) == MusicalKey(tonic, False)
    assert musical_key_of(played(MINOR_CADENCE, tonic)) == MusicalKey(tonic, True)


def test_profile_is_its_own_key() -> None:
    assert key_of_chroma(np.roll(MINOR, 9)) == MusicalKey(9, True)
    assert key_of_chroma(np.ones(12)) is None


def test_silence_has_no_key() -> None:
    assert musical_key_of(AudioClip.from_mono(np.zeros(RATE_HZ, np.float32), RATE_HZ)) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Am", "A minor"),
        ("a", "A minor"),
        ("F# minor", "F# minor"),
        ("Bb", "Bb major"),
        ("Ebmaj", "Eb major"),
        ("Cb major", "B major"),
        ("g♯ min", "Ab minor"),
    ],
)
def test_keys_are_read_as_they_are_written(text: str, name: str) -> None:
    key = parse_key(text)
    assert key is not None and key.name == name


@pytest.mark.parametrize("text", ["", "8A", "H major", "off"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert parse_key(text) is None


def test_the_best_key_is_major_or_minor_by_its_profile() -> None:
    assert key_of_chroma(MAJOR) == MusicalKey(0, False)
    assert key_of_chroma(np.roll(MAJOR, 11)) == MusicalKey(11, False)
    assert key_of_chroma(MINOR) == MusicalKey(0, True)
    assert MusicalKey(3, False).name == "Eb major" and MusicalKey(11, True).name == "B minor"


@pytest.mark.parametrize(
    ("text", "tonic", "is_minor"),
    [("C", 0, False), ("c", 0, True), ("bM", 11, False), ("Dm", 2, True), ("E min", 4, True)],
)
def test_the_letter_s_case_says_the_mode_where_nothing_else_does(
    text: str, tonic: int, is_minor: bool
) -> None:
    assert parse_key(text) == MusicalKey(tonic, is_minor)
