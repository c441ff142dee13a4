"""Sounds that are given to a request: whole, but for what no request can use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.given_sound import name_of, read_given, read_given_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError


def write(path: Path, seconds: float, sample_rate: int = 8_000) -> Path:
    tone = 0.5 * np.sin(np.arange(round(seconds * sample_rate)) * 0.3)
    soundfile.write(path, tone, sample_rate)
    return path


def test_a_given_sound_is_called_as_its_file_or_as_the_user_calls_it(tmp_path: Path) -> None:
    path = write(tmp_path / "door-slam_02.wav", 0.5)
    given = read_given(path)
    assert (given.name, given.path, given.notes) == ("door slam 02", path, ())
    assert given.clip.duration_s == 0.5
    assert read_given(path, "my door").name == "my door"


def test_a_long_file_is_used_as_a_whole(tmp_path: Path) -> None:
    given = read_given(write(tmp_path / "rain.wav", 599.0, 1_000))
    assert given.clip.duration_s == 599.0 and given.notes == ()


def test_names_of_files_that_are_no_text_can_be_written(tmp_path: Path) -> None:
    assert name_of(None) == ""
    name_of(Path("a\udcff.wav")).encode()


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="door"):
        read_given(tmp_path / "door.wav")


def test_a_take_is_trimmed_only_on_request(tmp_path: Path) -> None:
    quiet = np.zeros(24_000, np.float32)
    tone = 0.5 * np.sin(np.arange(24_000) * 0.1).astype(np.float32)
    clip = AudioClip.from_mono(np.concatenate([quiet, tone, quiet]), 48_000)
    soundfile.write(tmp_path / "take.wav", clip.samples, 48_000)
    for take in (clip, tmp_path / "take.wav"):
        assert read_given_take(take, trim=False).clip.duration_s == 1.5
        assert 0.4 < read_given_take(take, trim=True).clip.duration_s < 1.0
