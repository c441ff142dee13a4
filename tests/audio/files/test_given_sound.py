"""Sounds that are given to a request: whole, but for what no request can use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.given_sound import name_of, read_given
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


def test_of_a_long_file_what_a_request_can_use_is_taken_and_said(tmp_path: Path) -> None:
    given = read_given(write(tmp_path / "rain.wav", 121.0))
    assert given.clip.duration_s == 120.0
    assert given.notes[-1] == "Of rain.wav the first 120 s are used."


def test_names_of_files_that_are_no_text_can_be_written(tmp_path: Path) -> None:
    assert name_of(None) == ""
    name_of(Path("a\udcff.wav")).encode()


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="door"):
        read_given(tmp_path / "door.wav")
