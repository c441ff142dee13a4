"""What the library keeps of a sound file: length, content, thumbnail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.library.sound_facts import (
    THUMBNAIL_COLUMNS,
    pack_peaks,
    read_sound,
    unpack_all_peaks,
    unpack_peaks,
)

TONE = 0.5 * np.sin(np.arange(8_000) / 9)


def test_facts_are_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([TONE, TONE], axis=1), 16_000)
    facts, clip = read_sound(path)
    assert (facts.duration_s, facts.sample_rate, facts.channels) == (0.5, 16_000, 2)
    assert len(clip.samples) == 8_000 and len(facts.content_hash) == 64
    assert len(facts.peaks) == 2 * THUMBNAIL_COLUMNS


def test_long_sounds_with_the_same_beginning_are_not_the_same(tmp_path: Path) -> None:
    hashes = []
    for name, frames in (("a", 8_000), ("b", 7_000), ("c", 1_600)):
        soundfile.write(tmp_path / f"{name}.wav", TONE[:frames], 16_000)
        facts, clip = read_sound(tmp_path / f"{name}.wav", read_s=0.1)
        assert (len(clip.samples), facts.duration_s) == (1_600, frames / 16_000)
        hashes.append(facts.content_hash)
    whole = hashes[2]
    assert hashes[:2] == [f"{whole}:8000", f"{whole}:7000"]


def test_peaks_come_back_within_half_a_step() -> None:
    peaks = np.linspace(-1.0, 1.0, 2 * THUMBNAIL_COLUMNS).reshape(-1, 2)
    again = unpack_peaks(pack_peaks(peaks))
    assert again.dtype == np.float32
    np.testing.assert_allclose(again, peaks, atol=0.5 / 127)
    assert again[-1, 1] == pytest.approx(1.0)


def test_many_peaks_are_unpacked_at_once_whatever_their_length() -> None:
    usual, short = np.full((THUMBNAIL_COLUMNS, 2), 1.0), np.full((3, 2), -1.0)
    packed = [pack_peaks(usual), None, pack_peaks(short), pack_peaks(-usual)]
    found = unpack_all_peaks(packed)
    assert found[1] is None
    for place, expected in ((0, usual), (2, short), (3, -usual)):
        np.testing.assert_allclose(found[place], expected, rtol=1e-6)
    assert unpack_all_peaks([]) == []
