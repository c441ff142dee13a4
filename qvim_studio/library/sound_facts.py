"""Reads the facts that the library keeps of a sound file: length, content, thumbnail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.peaks import overview
from qvim_studio.audio.files.reading import read_beginning
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import clip_hash
from qvim_studio.core.sound_words import SoundWord

READ_S = 60.0  # hash, thumbnail and search look at the first minute; the encoder hears 10 s
THUMBNAIL_COLUMNS = 64
_PEAK_SCALE = 127.0


@dataclass(frozen=True)
class SoundFacts:
    """The facts of a sound file. duration_s, sample_rate (Hz), channels: of the whole file.

    content_hash: of the decoded samples, so that a WAV and its FLAC, or two files with different
    metadata, are known as the same sound.
    peaks: int8 (columns, 2) as bytes; see unpack_peaks.
    """

    duration_s: float
    sample_rate: int
    channels: int
    content_hash: str
    peaks: bytes


@dataclass(frozen=True, eq=False)
class SoundReport:
    """What came of listening to a file: facts, embedding (dim,) and the words for what was heard,
    the surest first, or the problem with the file."""

    facts: SoundFacts | None
    embedding: np.ndarray | None
    problem: str = ""
    words: tuple[SoundWord, ...] = ()


def read_sound(path: Path, read_s: float = READ_S) -> tuple[SoundFacts, AudioClip]:
    """Read the facts and the first ``read_s`` of a sound at once. Raises AudioFileError."""
    clip, frames = read_beginning(path, read_s)
    digest = clip_hash(clip)
    facts = SoundFacts(
        duration_s=frames / clip.sample_rate,
        sample_rate=clip.sample_rate,
        channels=clip.channels,
        content_hash=digest if frames == len(clip.samples) else f"{digest}:{frames}",
        peaks=pack_peaks(overview(clip.mono(), THUMBNAIL_COLUMNS)),
    )
    return facts, clip


def pack_peaks(peaks: np.ndarray) -> bytes:
    """Peaks (columns, 2) in -1..1, packed as int8."""
    return np.rint(peaks * _PEAK_SCALE).astype(np.int8).tobytes()


def unpack_peaks(packed: bytes) -> np.ndarray:
    """The packed peaks as float32 (columns, 2) in -1..1."""
    return np.frombuffer(packed, np.int8).reshape(-1, 2) * np.float32(1 / _PEAK_SCALE)


def unpack_all_peaks(packed: Sequence[bytes | None]) -> list[np.ndarray | None]:
    """Unpack thousands of peaks at once; those of the usual length share one array."""
    usual = 2 * THUMBNAIL_COLUMNS
    is_usual = [one is not None and len(one) == usual for one in packed]
    together = b"".join(one for one, fits in zip(packed, is_usual, strict=True) if one and fits)
    shared = iter(unpack_peaks(together).reshape(-1, THUMBNAIL_COLUMNS, 2))
    return [
        next(shared) if fits else None if one is None else unpack_peaks(one)
        for one, fits in zip(packed, is_usual, strict=True)
    ]
