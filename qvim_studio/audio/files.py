"""Reads audio files of any kind and writes WAVs that are complete or not there at all."""

from __future__ import annotations

import errno
import math
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, OutputError

MAX_SECONDS = 600.0  # a take; longer recordings are cut by the user, not by us
MIN_SECONDS = 0.02
MAX_CHANNELS = 64
MAX_SAMPLES = 200_000_000  # frames times channels: 800 MB in memory
SILENCE = 1e-5  # -100 dBFS: below it there is nothing to work from


def read_audio(path: str | Path, max_seconds: float = MAX_SECONDS) -> AudioClip:
    """The whole file as float32, all channels, at its own rate.

    Raises AudioFileError for everything that cannot be used: not audio, unreadable, empty,
    longer than ``max_seconds``, silent or holding no numbers.
    """
    clip, _ = _read(Path(path), max_seconds, None)
    return clip


def read_beginning(path: Path, seconds: float) -> tuple[AudioClip, int]:
    """The first ``seconds`` of a file of any length, and the frames of the whole file.

    Raises AudioFileError as ``read_audio``.
    """
    return _read(path, math.inf, seconds)


def write_wav(path: str | Path, clip: AudioClip, subtype: str = "PCM_24") -> None:
    """Write a WAV under a temporary name, sync it to the disk, then rename it.

    Raises OutputError where the folder cannot be written or the disk is full; nothing half
    written is left behind.
    """

    def write(temporary: Path) -> None:
        soundfile.write(temporary, clip.samples, clip.sample_rate, subtype, format="WAV")

    write_atomically(Path(path), write)


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, sync it, rename it to ``path``."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        sync_file(temporary)
        temporary.chmod(0o666 & ~_UMASK)
        temporary.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"{path.name} cannot be written to {path.parent}: {write_reason(error)}. "
            "Choose another folder or make room, then try again."
        ) from error


def sync_file(path: Path) -> None:
    """Wait until a file that is there has reached the disk. Raises OSError."""
    # Windows syncs only what is open for writing.
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def check_output_folder(folder: Path) -> None:
    """Make the folder and prove that a file can be put there, before long work begins."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise refused_folder(folder, error) from error


def refused_folder(folder: Path, error: OSError) -> OutputError:
    """What to raise where a folder takes no file."""
    return OutputError(
        f"Nothing can be written to {folder}: {write_reason(error)}. "
        "Choose another folder or make room, then try again."
    )


def _read(path: Path, max_seconds: float, seconds: float | None) -> tuple[AudioClip, int]:
    _check_exists(path)
    try:
        with soundfile.SoundFile(path) as file:
            frames = -1 if seconds is None else min(file.frames, round(seconds * file.samplerate))
            _check_header(file, path, max_seconds, file.frames if frames < 0 else frames)
            samples = file.read(frames, dtype="float32", always_2d=True)
            sample_rate, total_frames = file.samplerate, file.frames
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioFileError(
            f"{path.name} cannot be read as audio ({_reason(error)}). "
            "Expected WAV, FLAC, AIFF, OGG or MP3; convert the file and try again."
        ) from error
    check_samples(samples, sample_rate, path)
    return AudioClip(samples, sample_rate), total_frames


def _check_exists(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise AudioFileError(
            f"{path} is a device or a pipe, expected an audio file. Save the sound to a file first."
        )
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except IsADirectoryError as error:
        raise AudioFileError(
            f"{path} is a folder, expected an audio file. Give one of the files in it."
        ) from error
    except FileNotFoundError as error:
        raise AudioFileError(f"There is no file {path}. Check the name and the folder.") from error
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be opened ({error.strerror}). Check that you may read it."
        ) from error
    if is_empty:
        raise AudioFileError(
            f"{path.name} is empty (0 bytes), expected audio. Record or export it again."
        )


def _check_header(file: soundfile.SoundFile, path: Path, max_seconds: float, frames: int) -> None:
    """frames: how many are about to be read."""
    seconds = file.frames / file.samplerate
    if seconds > max_seconds:
        raise AudioFileError(
            f"{path.name} lasts {math.ceil(seconds)} seconds, expected at most {max_seconds:.0f} "
            f"({max_seconds / 60:.0f} minutes). Cut out the part you want to use."
        )
    count = frames * file.channels
    if count > MAX_SAMPLES:
        raise AudioFileError(
            f"{path.name} holds {count:.1e} samples ({file.channels} channels at "
            f"{file.samplerate} Hz), expected at most {MAX_SAMPLES:.0e}. "
            "Cut out the part you want to use, or export it in mono."
        )
    if file.channels > MAX_CHANNELS:
        raise AudioFileError(
            f"{path.name} has {file.channels} channels, expected at most {MAX_CHANNELS}. "
            "Export it with fewer channels."
        )


def check_samples(samples: np.ndarray, sample_rate: int, path: Path) -> None:
    """Raises AudioFileError for what nobody can use: too short, no numbers, silent."""
    if len(samples) < MIN_SECONDS * sample_rate:
        raise AudioFileError(
            f"{path.name} holds {1000 * len(samples) / sample_rate:.0f} ms of audio, expected at "
            f"least {1000 * MIN_SECONDS:.0f} ms. The file may be cut off; record it again."
        )
    if not np.isfinite(samples).all():
        raise AudioFileError(
            f"{path.name} holds samples that are no numbers (NaN or infinite). "
            "Export it again from the program that made it."
        )
    if np.abs(samples).max() < SILENCE:
        raise AudioFileError(
            f"{path.name} is silent: its loudest sample lies below -100 dBFS. "
            "Check the microphone and its level, then record again."
        )


def _reason(error: Exception) -> str:
    text = str(error)
    return text.rsplit(": ", 1)[-1].rstrip(". ") or type(error).__name__


def write_reason(error: Exception) -> str:
    """Why a file could not be written, in a few words."""
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return "the disk is full"
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return "the folder is read-only"
        if error.errno == errno.ENOENT:
            return "the folder is gone"
        return error.strerror or str(error)
    return f"{_reason(error)} (the disk may be full)"


def _read_umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


# Read once, before there are threads: it can only be read by setting it, which all of them see.
_UMASK = _read_umask()
