"""The chunk layer of WAV files: which forms are read as they lie, and which chunks are found."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from qvim_studio.export.files import riff
from qvim_studio.export.files.riff import (
    MAX_METADATA_BYTES,
    MAX_RIFF_BYTES,
    read_metadata_chunks,
    read_plain_wave,
    wave_file,
)

PCM, FLOAT = 1, 3


def form(tag: int = PCM, channels: int = 2, depth: int = 16, block: int | None = None) -> bytes:
    block = channels * depth // 8 if block is None else block
    return struct.pack("<HHIIHH", tag, channels, 48_000, 48_000 * block, block, depth)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_wave_file_is_laid_out_as_riff_says() -> None:
    content = wave_file(form(), [(b"bext", b"abc")], b"\1\2\3\4")
    assert content[:4] == b"RIFF"
    assert struct.unpack("<I", content[4:8]) == (len(content) - 8,)
    assert content[8:16] == b"WAVEfmt "
    assert content[16:20] == struct.pack("<I", 16)
    assert content[36:48] == b"bext" + struct.pack("<I", 3) + b"abc\0"
    assert content[48:] == b"data" + struct.pack("<I", 4) + b"\1\2\3\4"


@pytest.mark.parametrize(("tag", "depth"), [(PCM, 16), (PCM, 24), (FLOAT, 32)])
def test_plain_forms_are_read_as_they_lie(tmp_path: Path, tag: int, depth: int) -> None:
    audio = bytes(range(24))
    wave = read_plain_wave(written(tmp_path / "a.wav", wave_file(form(tag, 2, depth), [], audio)))
    assert wave is not None
    assert (wave.tag, wave.channels, wave.sample_rate, wave.bit_depth) == (tag, 2, 48_000, depth)
    assert bytes(wave.data) == audio


@pytest.mark.parametrize(
    "other",
    [
        form(PCM, 2, 8),
        form(PCM, 2, 32),
        form(FLOAT, 2, 16),
        form(2, 2, 16),
        form(PCM, 0, 16, block=4),
        form(PCM, 2, 16, block=2),
        form(PCM, 5, 16),  # 24 bytes are no whole frames
        form()[:15],
    ],
)
def test_other_forms_are_left_to_others(tmp_path: Path, other: bytes) -> None:
    path = written(tmp_path / "a.wav", wave_file(other, [], bytes(24)))
    assert read_plain_wave(path) is None


def test_what_is_no_wave_holds_nothing(tmp_path: Path) -> None:
    whole = wave_file(form(), [(b"bext", b"ab")], bytes(8))
    for name in (b"RIFX", b"FORM"):
        path = written(tmp_path / "a.wav", name + whole[4:])
        assert read_plain_wave(path) is None
        assert read_metadata_chunks(path) == {}
    path = written(tmp_path / "b.wav", whole[:8] + b"AVI " + whole[12:])
    assert read_plain_wave(path) is None
    assert read_metadata_chunks(path) == {}


def test_large_files_of_broadcasters_are_looked_into_for_their_chunks(tmp_path: Path) -> None:
    whole = wave_file(form(), [(b"bext", b"ab")], bytes(8))
    path = written(tmp_path / "a.wav", b"RF64" + whole[4:])
    assert read_metadata_chunks(path) == {b"fmt ": form(), b"bext": b"ab"}


def test_chunks_after_the_audio_count_and_the_first_of_a_name_does(tmp_path: Path) -> None:
    after = riff.chunk(b"bext", b"two") + riff.chunk(b"iXML", b"three")
    content = wave_file(form(), [(b"bext", b"one")], bytes(4)) + after
    found = read_metadata_chunks(written(tmp_path / "a.wav", content))
    assert found == {b"fmt ": form(), b"bext": b"one", b"iXML": b"three"}


def test_chunks_that_are_too_large_are_passed_over(tmp_path: Path) -> None:
    """The large one is a hole in the file, which takes no room on the disk."""
    path = written(tmp_path / "a.wav", wave_file(form(), [], b""))
    with path.open("ab") as file:
        for name, size in ((b"most", MAX_METADATA_BYTES), (b"more", MAX_METADATA_BYTES + 2)):
            file.write(name + struct.pack("<I", size))
            file.truncate(file.tell() + size)
            file.seek(size, 1)
        file.write(riff.chunk(b"last", b"ab"))
    assert list(read_metadata_chunks(path)) == [b"fmt ", b"most", b"last"]


class Endless(bytes):
    """Audio that says to be longer than it is."""

    def __len__(self) -> int:
        return MAX_RIFF_BYTES


def test_what_riff_cannot_count_is_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MAX_RIFF_BYTES} bytes, got"):
        wave_file(form(), [], Endless())
