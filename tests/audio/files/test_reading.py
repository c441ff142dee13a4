"""Reading whatever people hand over, and writing completely or not at all."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files import reading as files
from qvim_studio.audio.files.reading import (
    check_output_folder,
    read_audio,
    write_atomically,
    write_wav,
)
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, OutputError


def tone(seconds: float = 0.25, rate: int = 16_000, channels: int = 1) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return np.repeat(0.5 * np.sin(2 * np.pi * 440 * t)[:, None], channels, axis=1)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("a.wav", 16_000, 1, "PCM_16"),
        ("a.wav", 8_000, 1, "PCM_U8"),
        ("a.wav", 384_000, 1, "PCM_24"),
        ("a.wav", 48_000, 32, "FLOAT"),
        ("a.flac", 44_100, 2, "PCM_16"),
        ("a.aiff", 48_000, 1, "PCM_16"),
        ("a.ogg", 44_100, 1, "VORBIS"),
    ],
)
def test_usual_and_unusual_formats_are_read_whole(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str
) -> None:
    wanted = tone(0.1, rate, channels)
    soundfile.write(tmp_path / name, wanted, rate, subtype)
    clip = read_audio(tmp_path / name)
    assert clip.samples.shape == wanted.shape and clip.sample_rate == rate
    tolerance = {"PCM_U8": 0.01, "VORBIS": 0.1}.get(subtype, 1e-4)
    assert np.abs(clip.samples - wanted).max() < tolerance


def test_the_name_may_lack_its_suffix(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), 16_000)
    (tmp_path / "a.wav").rename(tmp_path / "take")
    assert read_audio(tmp_path / "take").sample_rate == 16_000


@pytest.mark.parametrize("content", [b"not audio at all, only words", b"RIFF\x10\0\0\0WAVE"])
def test_what_is_not_audio_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "words.wav").write_bytes(content)
    with pytest.raises(AudioFileError, match=r"^words\.wav cannot be read as audio"):
        read_audio(tmp_path / "words.wav")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(AudioFileError, match=r"is empty \(0 bytes\)"):
        read_audio(tmp_path / "a.wav")


def test_a_header_without_samples_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 1)), 16_000)
    with pytest.raises(AudioFileError, match="0 ms of audio"):
        read_audio(tmp_path / "a.wav")


def test_a_truncated_file_gives_what_is_there(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(1.0), 16_000)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
    assert 0.4 < read_audio(tmp_path / "a.wav").duration_s < 0.6


def test_a_file_cut_in_its_header_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(1.0), 16_000)
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:30])
    with pytest.raises(AudioFileError):
        read_audio(tmp_path / "a.wav")


def test_silence_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((8000, 1)), 16_000)
    with pytest.raises(AudioFileError, match="is silent"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    samples = tone()
    samples[100] = value
    soundfile.write(tmp_path / "a.wav", samples, 16_000, "FLOAT")
    with pytest.raises(AudioFileError, match="NaN"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.parametrize(("seconds", "told"), [(3600, 3600), (600.2, 601)])
def test_what_is_too_long_is_refused_by_its_header_alone(
    tmp_path: Path, seconds: float, told: int
) -> None:
    frames = round(seconds * 8000)
    header = b"RIFF" + struct.pack("<I", 36 + frames) + b"WAVEfmt "
    header += struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data"
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(header + struct.pack("<I", frames))
        file.truncate(44 + frames)  # sparse: costs no disk
    with pytest.raises(AudioFileError, match=f"lasts {told} seconds, expected at most 600"):
        read_audio(tmp_path / "a.wav")


def test_more_samples_than_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.25, 16_000, 32), 16_000)
    monkeypatch.setattr(files, "MAX_SAMPLES", 100_000)
    with pytest.raises(AudioFileError, match="32 channels at 16000 Hz"):
        read_audio(tmp_path / "a.wav")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="There is no file"):
        read_audio(tmp_path / "a.wav")
    with pytest.raises(AudioFileError, match="is a folder"):
        read_audio(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(AudioFileError, match="pipe"):
        read_audio(tmp_path / "a.wav")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), 16_000)
    (tmp_path / "a.wav").chmod(0)
    with pytest.raises(AudioFileError, match="cannot be opened"):
        read_audio(tmp_path / "a.wav")


def test_written_wav_is_24_bit_and_exact(tmp_path: Path) -> None:
    clip = AudioClip(tone(0.1, 48_000, 2).astype(np.float32), 48_000)
    write_wav(tmp_path / "new" / "a.wav", clip)
    assert soundfile.info(tmp_path / "new" / "a.wav").subtype == "PCM_24"
    assert np.abs(read_audio(tmp_path / "new" / "a.wav").samples - clip.samples).max() < 2**-23


def test_what_is_synced_is_open_for_writing(tmp_path: Path, sync_as_windows: None) -> None:
    write_wav(tmp_path / "a.wav", AudioClip(tone().astype(np.float32), 16_000))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")

    def write(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="the disk is full"):
        write_atomically(tmp_path / "a.json", write)
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "old"


def test_a_wav_that_meets_the_size_limit_leaves_nothing(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs resource limits")
    clip = AudioClip(tone(2.0).astype(np.float32), 16_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write_wav(tmp_path / "a.wav", clip)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="Nothing can be written"):
        check_output_folder(tmp_path / "out")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs Linux")
def test_a_read_only_folder_is_refused() -> None:
    with pytest.raises(OutputError, match="Nothing can be written"):
        check_output_folder(Path("/proc/self/output"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_a_file_is_as_private_as_the_user_wants(tmp_path: Path) -> None:
    program = (
        "import os; os.umask(0o077)\n"
        "from pathlib import Path\n"
        "from qvim_studio.audio.files.reading import write_atomically\n"
        f"path = Path({str(tmp_path / 'take.txt')!r})\n"
        "write_atomically(path, lambda name: name.write_text('x'))\n"
        "print(oct(path.stat().st_mode & 0o777), oct(os.umask(0)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"0o600", b"0o77"]
