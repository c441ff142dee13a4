"""Draws an overview of recordings of any length, and cuts parts out of them.

Only the part that is used is ever in memory; MAX_SECONDS limits its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.decoders import UnknownFormatError, iterate
from qvim_studio.audio.files.reading import (
    MAX_SAMPLES,
    MAX_SECONDS,
    check_samples,
    read_sound_header,
    write_wav,
)
from qvim_studio.audio.following.take_wave import COLUMN_S
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError

MANY_CHANNELS = 2  # more are mixed to one, so that a part of ten minutes fits into memory


@dataclass(frozen=True, eq=False)
class Overview:
    """peaks: float32 (columns, 2) minima and maxima over all channels, ``COLUMN_S`` each."""

    path: Path
    duration_s: float
    peaks: np.ndarray


def read_overview(path: Path) -> Overview:
    """Look through a whole file. Raises AudioFileError if it is no audio that can be read."""
    rate = read_sound_header(path).sample_rate
    width = max(round(COLUMN_S * rate), 1)
    columns: list[np.ndarray] = []
    rest = np.zeros((0, 2), np.float32)
    frames = 0
    try:
        for block in iterate(path):
            frames += len(block)
            edges = np.stack((block.min(axis=1), block.max(axis=1)), axis=1)
            rest = np.concatenate((rest, np.nan_to_num(edges)))
            count = len(rest) // width
            columns.append(_folded(rest[: count * width], width))
            rest = rest[count * width :]
    except (UnknownFormatError, OSError) as error:
        raise AudioFileError(
            f"{path.name} cannot be read as audio ({error}). Convert it and try again."
        ) from error
    if len(rest):
        columns.append(_folded(rest, len(rest)))
    if not frames:
        raise AudioFileError(f"{path.name} holds no sound. Record or export it again.")
    return Overview(path, frames / rate, np.concatenate(columns))


def read_part(path: Path, begin_s: float, end_s: float) -> AudioClip:
    """The sound between two moments, at most MAX_SECONDS of it; more than two channels become their
    mean. Raises AudioFileError."""
    rate = read_sound_header(path).sample_rate
    begin = round(begin_s * rate)
    wanted = round(min(end_s - begin_s, MAX_SECONDS) * rate)
    blocks: list[np.ndarray] = []
    count = 0
    try:
        for block in iterate(path, begin):
            mixed = block if block.shape[1] <= MANY_CHANNELS else block.mean(axis=1, keepdims=True)
            blocks.append(mixed[: wanted - count])
            count += len(blocks[-1])
            if count >= min(wanted, MAX_SAMPLES // mixed.shape[1]):
                break
    except (UnknownFormatError, OSError) as error:
        raise AudioFileError(
            f"{path.name} cannot be read as audio ({error}). Convert it and try again."
        ) from error
    samples = np.concatenate(blocks) if blocks else np.zeros((0, 1), np.float32)
    check_samples(samples, rate, path)
    return AudioClip(np.ascontiguousarray(samples), rate)


def save_part(path: Path, begin_s: float, end_s: float, folder: Path) -> Path:
    """Write a part as a take of its own, named after the file and the part; the same part of the
    same file is written once. Raises AudioFileError or OutputError."""
    name = f"{path.stem} {_moment(begin_s)}-{_moment(end_s)}"
    target = folder / f"{name}.wav"
    if not target.exists():
        write_wav(target, read_part(path, begin_s, end_s), "FLOAT")
    return target


def _folded(edges: np.ndarray, width: int) -> np.ndarray:
    whole = edges.reshape(-1, width, 2)
    return np.stack((whole[:, :, 0].min(axis=1), whole[:, :, 1].max(axis=1)), axis=1)


def _moment(seconds: float) -> str:
    """ "1h02m03.4s": fit for a file name on every system."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}h{minutes:02d}m{rest:04.1f}s"
