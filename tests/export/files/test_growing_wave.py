"""A WAV that grows is one that every reader reads, all the time."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.export.files.growing_wave import (
    AUDIO_AT,
    ROOM_BYTES,
    GrowingWave,
    moved,
    write_metadata,
)
from qvim_studio.export.files.riff import read_metadata_chunks

RATE = 48_000


def piece(seed: int, frames: int = 1_000, channels: int = 1) -> AudioClip:
    rng = np.random.default_rng(seed)
    return AudioClip(0.1 * rng.standard_normal((frames, channels), np.float32), RATE)


@pytest.mark.parametrize("channels", [1, 2])
def test_another_program_reads_all_that_is_there_after_every_chunk(
    tmp_path: Path, channels: int
) -> None:
    pieces = [piece(number, 999, channels) for number in range(3)]
    wave = GrowingWave(tmp_path / "new", "rain", pieces[0])
    for number in range(1, 4):
        samples, rate = soundfile.read(wave.path, dtype="float32", always_2d=True)
        wanted = np.concatenate([one.samples for one in pieces[:number]])
        assert rate == RATE
        np.testing.assert_array_equal(samples, wanted)
        np.testing.assert_array_equal(wave.clip.samples, wanted)
        assert wave.path.stat().st_size == AUDIO_AT + wanted.nbytes
        if number < 3:
            wave.append(pieces[number])
    assert wave.clip.samples.flags.aligned


@pytest.mark.parametrize("size", [10, ROOM_BYTES - 16, ROOM_BYTES])
def test_metadata_of_any_size_find_room_and_leave_the_audio(tmp_path: Path, size: int) -> None:
    wave = GrowingWave(tmp_path, "rain", piece(0))
    before = wave.clip.samples.copy()
    for text in (b"x" * size, b"y" * 11):
        write_metadata(wave.clip, [(b"iXML", text), (b"LIST", b"INFO")])
        found = read_metadata_chunks(wave.path)
        assert found[b"iXML"] == text and found[b"LIST"] == b"INFO"
        samples, _ = soundfile.read(wave.path, dtype="float32", always_2d=True)
        np.testing.assert_array_equal(samples, before)
    assert wave.path.stat().st_size == AUDIO_AT + before.nbytes  # the long ones left nothing


def test_two_sounds_of_one_name_get_files_of_their_own(tmp_path: Path) -> None:
    paths = {GrowingWave(tmp_path, "rain", piece(number)).path for number in range(3)}
    assert {path.name for path in paths} == {"rain.wav", "rain-2.wav", "rain-3.wav"}


def test_a_sound_that_was_stopped_ends_without_a_click(tmp_path: Path) -> None:
    wave = GrowingWave(tmp_path, "rain", AudioClip(np.ones((2_000, 1), np.float32), RATE))
    wave.fade_end()
    samples = wave.clip.samples[:, 0]
    assert samples[-1] == 0.0 and (samples[:1_520] == 1.0).all()
    assert np.abs(np.diff(samples)).max() < 0.01


def test_a_folder_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Nothing can be written to"):
        GrowingWave(tmp_path / "file", "rain", piece(0))
    wave = GrowingWave(tmp_path, "rain", piece(0))
    wave.discard()
    wave.discard()
    with pytest.raises(OutputError, match="Nothing can be written to"):
        wave.append(piece(1))


def test_a_first_chunk_that_finds_no_room_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(wave: GrowingWave, clip: AudioClip) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(GrowingWave, "append", refuse)
    with pytest.raises(OutputError, match="full"):
        GrowingWave(tmp_path, "rain", piece(0))
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_finds_no_room_leaves_the_file_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError("another disk")

    def break_off(source: Path, target: Path) -> None:
        target.write_bytes(b"so")
        raise OSError("full")

    (tmp_path / "a").write_bytes(b"sound")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(shutil, "copyfile", break_off)
    with pytest.raises(OSError, match="full"):
        moved(tmp_path / "a", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_that_cannot_be_renamed_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise PermissionError("somebody reads it")

    (tmp_path / "a").write_bytes(b"sound")
    monkeypatch.setattr(Path, "replace", refuse)
    moved(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"sound" and not (tmp_path / "a").exists()


@pytest.mark.parametrize("size", [10, ROOM_BYTES])
def test_the_header_counts_what_stands_behind_the_audio(tmp_path: Path, size: int) -> None:
    wave = GrowingWave(tmp_path, "rain", piece(0))
    write_metadata(wave.clip, [(b"iXML", b"x" * size)])
    content = wave.path.read_bytes()
    assert struct.unpack("<I", content[4:8]) == (len(content) - 8,)
    assert struct.unpack("<I", content[AUDIO_AT - 4 : AUDIO_AT]) == (wave.clip.samples.nbytes,)
