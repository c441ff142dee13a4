"""Reads audio files of any kind and writes WAVs that are complete or not there at all."""

from __future__ import annotations

import errno
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from qvim_studio.audio.files.decoders import (
    Decoded,
    SoundHeader,
    UnknownFormatError,
    decode,
    read_header,
)
from qvim_studio.audio.files.take_notes import take_notes
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, LongSoundError, OutputError, reason_of
from qvim_studio.core.text.audio_formats import FORMATS

MAX_SECONDS = 600.0  # a take; longer recordings are cut by the user, not by us
MIN_SECONDS = 0.02
SHOWN_PATH = 200  # characters
MAX_CHANNELS = 64
MAX_SAMPLES = 200_000_000  # frames times channels: 800 MB in memory
SILENCE = 1e-5  # -100 dBFS: below it there is nothing to work from
MAX_SAMPLE = 2.0**31  # of files that hold 32-bit integers as floats; above it numbers overflow


@dataclass(frozen=True, eq=False)
class NotedClip:
    """A sound with notes, which are sentences for the user."""

    clip: AudioClip
    notes: tuple[str, ...] = ()


def read_audio(path: str | Path, max_seconds: float = MAX_SECONDS) -> AudioClip:
    """The whole file as float32, all channels, at its own rate; see ``read_noted``."""
    return read_noted(path, max_seconds).clip


def read_noted(
    path: str | Path, max_seconds: float = MAX_SECONDS, max_samples: int = MAX_SAMPLES
) -> NotedClip:
    """The sound of a file, with notes if the file breaks off or is not read whole.

    Raises AudioFileError for everything that cannot be used: not audio, unreadable, empty,
    longer than ``max_seconds`` or of more samples in all channels than ``max_samples``
    (LongSoundError), silent or holding no numbers.
    """
    path = Path(path)
    header = read_sound_header(path)
    _check_length(header, path, max_seconds, max_samples)
    limit = round(max_seconds * header.sample_rate)
    decoded = _decode(path, limit + 1)
    if len(decoded.samples) > limit:  # the header of a stream does not say it
        raise _too_long(path, len(decoded.samples) / decoded.sample_rate, max_seconds)
    check_samples(decoded.samples, decoded.sample_rate, path)
    return NotedClip(
        AudioClip(decoded.samples, decoded.sample_rate), tuple(_decoding_notes(decoded, path))
    )


def read_take(path: str | Path) -> NotedClip:
    """A recording of a voice; the notes also cover its channels, offset and bandwidth."""
    noted = read_noted(path)
    return NotedClip(noted.clip, (*noted.notes, *take_notes(noted.clip)))


def read_beginning(path: Path, seconds: float) -> tuple[AudioClip, int]:
    """The first ``seconds`` of a file of any length, and the frames of the whole file.

    Raises AudioFileError as ``read_noted``.
    """
    header = read_sound_header(path)
    decoded = _decode(path, round(seconds * header.sample_rate))
    check_samples(decoded.samples, decoded.sample_rate, path)
    is_whole = len(decoded.samples) < round(seconds * header.sample_rate)
    frames = len(decoded.samples) if is_whole else header.frames or len(decoded.samples)
    return AudioClip(decoded.samples, decoded.sample_rate), frames


def read_sound_header(path: Path) -> SoundHeader:
    """The header of a file. Raises AudioFileError if the file is not readable audio."""
    _check_exists(path)
    try:
        header = read_header(path)
    except (UnknownFormatError, OSError) as error:
        raise _unreadable(path, error) from error
    if header.channels > MAX_CHANNELS:
        raise AudioFileError(
            f"{path.name} has {header.channels} channels, expected at most {MAX_CHANNELS}. "
            "Export it with fewer channels."
        )
    return header


def write_wav(path: str | Path, clip: AudioClip, subtype: str = "PCM_24") -> None:
    """Write a WAV under a temporary name, sync it to the disk, then rename it.

    Raises OutputError if the folder cannot be written or the disk is full; nothing half
    written is left behind.
    """

    def write(temporary: Path) -> None:
        soundfile.write(temporary, clip.samples, clip.sample_rate, subtype, format="WAV")

    write_atomically(Path(path), write)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
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


def write_text_file(path: Path, text: str) -> None:
    """Write UTF-8 atomically. Raises OutputError."""
    # Bytes of a file's name that are not valid UTF-8 become the escapes that JSON has for them.
    write_atomically(
        path,
        lambda temporary: temporary.write_text(text, encoding="utf-8", errors="backslashreplace"),
    )


def sync_file(path: Path) -> None:
    """Wait until an existing file has reached the disk. Raises OSError."""
    # Windows syncs only what is open for writing.
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def check_output_folder(folder: Path) -> None:
    """Make the folder and check that it takes a file, before long work begins."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise refused_folder(folder, error) from error


def refused_folder(folder: Path, error: OSError) -> OutputError:
    """The error to raise if a folder takes no file."""
    return OutputError(
        f"Nothing can be written to {folder}: {write_reason(error)}. "
        "Choose another folder or make room, then try again."
    )


def _decode(path: Path, max_frames: int) -> Decoded:
    try:
        return decode(path, max_frames)
    except (UnknownFormatError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> AudioFileError:
    return AudioFileError(
        f"{path.name} cannot be read as audio ({_reason(error)}). "
        f"Expected {FORMATS}; convert the file and try again."
    )


def _decoding_notes(decoded: Decoded, path: Path) -> list[str]:
    notes = []
    if decoded.breaks_off:
        seconds = len(decoded.samples) / decoded.sample_rate
        whole_s = (decoded.claimed_frames or 0) / decoded.sample_rate
        of = f" of {whole_s:.2f} s" if whole_s > seconds else ""
        notes.append(
            f"{path.name} is damaged or cut off: {seconds:.2f} s{of} can be read and were used."
        )
    if decoded.streams_left_out:
        notes.append(
            f"{path.name} holds several recordings one after the other, of different sample rates "
            f"or channels: {decoded.streams_left_out} of them are not used. Convert it to WAV to "
            "use all."
        )
    return notes


def _check_exists(path: Path) -> None:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise AudioFileError(
                f"{path} is a device or a pipe, expected an audio file. Save the sound to a file "
                "first."
            )
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except IsADirectoryError as error:
        raise AudioFileError(
            f"{path} is a folder, expected an audio file. Give one of the files in it."
        ) from error
    except FileNotFoundError as error:
        raise AudioFileError(f"There is no file {path}. Check the name and the folder.") from error
    except (OSError, ValueError) as error:  # a name may be too long, or hold a NUL
        raise AudioFileError(
            f"{_short(path)} cannot be opened ({reason_of(error)}). Check its name and that you "
            "may read it."
        ) from error
    if is_empty:
        raise AudioFileError(
            f"{path.name} is empty (0 bytes), expected audio. Record or export it again."
        )


def _short(path: Path) -> str:
    """The path for a sentence; a very long path is cut to its end."""
    text = str(path)
    return text if len(text) <= SHOWN_PATH else f"…{text[-SHOWN_PATH:]}"


def _check_length(header: SoundHeader, path: Path, max_seconds: float, max_samples: int) -> None:
    frames = header.frames or 0
    if frames / header.sample_rate > max_seconds:
        raise _too_long(path, frames / header.sample_rate, max_seconds)
    if frames * header.channels > max_samples:
        raise LongSoundError(
            f"{path.name} holds {frames * header.channels:.1e} samples ({header.channels} channels "
            f"at {header.sample_rate} Hz), expected at most {max_samples:.0e}. "
            "Cut out the part you want to use, or export it in mono."
        )


def _too_long(path: Path, seconds: float, max_seconds: float) -> LongSoundError:
    return LongSoundError(
        f"{path.name} lasts {math.ceil(seconds)} seconds, expected at most {max_seconds:.0f} "
        f"({max_seconds / 60:.0f} minutes). Cut out the part you want to use."
    )


def check_samples(samples: np.ndarray, sample_rate: int, path: Path) -> None:
    """Raise AudioFileError for unusable samples: too short, not finite, far too large, silent, or
    nothing but a constant offset."""
    if len(samples) < MIN_SECONDS * sample_rate:
        raise AudioFileError(
            f"{path.name} holds {1000 * len(samples) / sample_rate:.0f} ms of audio, expected at "
            f"least {1000 * MIN_SECONDS:.0f} ms. It may be cut off: choose or record a longer one."
        )
    if not np.isfinite(samples).all():
        raise AudioFileError(
            f"{path.name} holds samples that are not numbers (NaN or infinite). "
            "Export it again from the program that made it."
        )
    lowest, highest = samples.min(axis=0), samples.max(axis=0)
    loudest = float(np.maximum(-lowest, highest).max())
    if loudest > MAX_SAMPLE:
        raise AudioFileError(
            f"{path.name} holds samples as large as {loudest:.0e}, expected about 1 for full "
            "scale. Export it again from the program that made it."
        )
    if loudest < SILENCE:
        raise AudioFileError(
            f"{path.name} is silent: its loudest sample lies below -100 dBFS. "
            "Choose another, or check the microphone and its level before you record."
        )
    if (highest - lowest).max() < SILENCE:
        raise AudioFileError(
            f"{path.name} holds no sound: all its samples have the same value, {highest[0]:.3f} (a "
            "constant offset). Choose another, or check the cable and the microphone before you "
            "record."
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
