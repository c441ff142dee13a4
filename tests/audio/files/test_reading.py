"""Reading whatever people hand over, and writing completely or not at all."""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.reading import (
    MAX_CHANNELS,
    check_output_folder,
    check_samples,
    read_audio,
    read_beginning,
    read_noted,
    refused_folder,
    write_atomically,
    write_reason,
    write_text_file,
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


@pytest.mark.parametrize(("seconds", "stated"), [(3600, 3600), (600.2, 601)])
def test_what_is_too_long_is_refused_by_its_header_alone(
    tmp_path: Path, seconds: float, stated: int
) -> None:
    frames = round(seconds * 8000)
    header = b"RIFF" + struct.pack("<I", 36 + frames) + b"WAVEfmt "
    header += struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data"
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(header + struct.pack("<I", frames))
        file.truncate(44 + frames)  # sparse: costs no disk
    with pytest.raises(AudioFileError, match=f"lasts {stated} seconds, expected at most 600"):
        read_audio(tmp_path / "a.wav")


def test_more_samples_than_fit_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.25, 16_000, 32), 16_000)
    with pytest.raises(AudioFileError, match="32 channels at 16000 Hz"):
        read_noted(tmp_path / "a.wav", max_samples=100_000)


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


def test_the_beginning_is_as_long_as_asked_for_and_knows_the_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.25), 16_000)
    for seconds, frames in ((0.1, 1_600), (0.25, 4_000), (9.0, 4_000)):
        clip, whole = read_beginning(tmp_path / "a.wav", seconds)
        assert (len(clip.samples), whole) == (frames, 4_000)


def test_a_file_with_too_many_channels_is_refused(tmp_path: Path) -> None:
    for channels in (MAX_CHANNELS, MAX_CHANNELS + 1):
        soundfile.write(tmp_path / f"{channels}.wav", tone(channels=channels), 16_000)
    assert read_audio(tmp_path / f"{MAX_CHANNELS}.wav").channels == MAX_CHANNELS
    with pytest.raises(AudioFileError, match="65 channels, expected at most 64"):
        read_audio(tmp_path / f"{MAX_CHANNELS + 1}.wav")


def refusal(samples: np.ndarray, rate: int = 1_000) -> str:
    """Why samples are refused; nothing if they are not."""
    try:
        check_samples(samples.astype(np.float32), rate, Path("a.wav"))
    except AudioFileError as error:
        return str(error)
    return ""


def test_the_shortest_the_quietest_and_the_largest_sounds_are_used() -> None:
    wave = np.sin(np.arange(20))[:, None]
    assert refusal(wave) == ""
    assert "19 ms of audio, expected at least 20 ms" in refusal(wave[:19])
    assert refusal(1.1e-5 * wave / np.abs(wave).max()) == ""
    assert "is silent" in refusal(0.9e-5 * wave / np.abs(wave).max())
    assert refusal(wave / np.abs(wave).max() * 2.0**31) == ""
    assert "samples as large as" in refusal(wave / np.abs(wave).max() * 2.1 * 2.0**31)


def test_an_offset_with_a_sound_in_one_channel_is_a_sound() -> None:
    flat = np.full((20, 1), 0.25)
    assert "the same value, 0.250" in refusal(flat)
    assert "the same value" in refusal(np.hstack([flat, -flat]))
    assert refusal(np.hstack([flat, 0.1 * np.sin(np.arange(20))[:, None]])) == ""
    assert refusal(-np.abs(np.sin(np.arange(20)))[:, None]) == ""


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "the folder is read-only"),
        (errno.EROFS, "the folder is read-only"),
        (errno.ENOENT, "the folder is gone"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_why_nothing_could_be_written_is_said_in_a_few_words(number: int, reason: str) -> None:
    assert write_reason(OSError(number, os.strerror(number), "a.wav")) == reason
    assert reason in str(refused_folder(Path("out"), OSError(number, os.strerror(number))))


def test_a_fault_of_the_library_is_said_in_its_last_words() -> None:
    assert write_reason(ValueError("Error: a: too large.")) == "too large (the disk may be full)"
    assert write_reason(ValueError()) == "ValueError (the disk may be full)"
    assert write_reason(OSError("no number")) == "no number"


def test_text_files_hold_names_that_are_no_text(tmp_path: Path) -> None:
    write_text_file(tmp_path / "a.json", "T\udcfcr Tür")
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "T\\udcfcr Tür"


def test_a_file_has_reached_the_disk_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda handle: there.append((tmp_path / "a.txt").exists()))
    write_text_file(tmp_path / "a.txt", "whole")
    assert there == [False] and (tmp_path / "a.txt").read_text() == "whole"


def test_a_folder_for_results_is_made_with_those_around_it_and_may_be_there(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        check_output_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir() and not list((tmp_path / "a" / "b").iterdir())
