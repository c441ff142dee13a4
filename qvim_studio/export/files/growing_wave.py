"""A WAV that is written while its sound is made, and can be read all the time.

The file holds ``fmt`` and ``fact``, then room for the metadata, then the audio. Every chunk of the
sound is appended before the sizes in the header count it. The metadata are written last; those that
do not fit into the room follow the audio.
"""

from __future__ import annotations

import contextlib
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from qvim_studio.audio.files.mapped_clip import SAMPLE_TYPE, MappedClip
from qvim_studio.audio.files.reading import refused_folder
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.export.files import pcm
from qvim_studio.export.files.riff import Chunk, chunk

BIT_DEPTH = 32  # floats: the window looks at them where they lie
ROOM_AT = 12 + 8 + 18 + 12  # behind RIFF, fmt and fact
FACT_AT = ROOM_AT - 4
AUDIO_AT = 65_536  # where a page of memory begins
ROOM_BYTES = AUDIO_AT - 8 - ROOM_AT  # for the metadata
END_FADE_S = 0.01  # of a sound that was not finished


class GrowingWave:
    """One sound on its way into a file of its own."""

    def __init__(self, folder: Path, name: str, clip: AudioClip) -> None:
        """clip: the first chunk, whose rate and channels the others have. Raises OutputError and
        then leaves no file."""
        self._rate, self._channels = clip.sample_rate, clip.channels
        self._frames = 0
        form = chunk(b"fmt ", pcm.format_payload(clip.channels, clip.sample_rate, BIT_DEPTH))
        fact = chunk(b"fact", struct.pack("<I", 0))
        room = chunk(b"JUNK", bytes(ROOM_BYTES - 8))
        head = b"RIFF" + bytes(4) + b"WAVE" + form + fact + room + b"data" + bytes(4)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.path = _free_path(folder, name)
            with self.path.open("xb") as file:
                file.write(head)
        except OSError as error:
            raise refused_folder(folder, error) from error
        try:
            self.append(clip)
        except OutputError:
            self.discard()
            raise

    def append(self, clip: AudioClip) -> None:
        """The next chunk. Raises OutputError; the file then holds what it held before."""
        try:
            with self.path.open("r+b") as file:
                file.seek(AUDIO_AT + self._bytes)
                file.write(clip.samples.astype(SAMPLE_TYPE, copy=False).tobytes())
                file.flush()
                self._frames += len(clip.samples)
                _write_sizes(file, self._frames, self._bytes, 0)
        except OSError as error:
            raise refused_folder(self.path.parent, error) from error

    @property
    def clip(self) -> MappedClip:
        """The sound so far. Raises OSError."""
        return MappedClip.of(self.path, AUDIO_AT, self._frames, self._channels, self._rate)

    def fade_end(self) -> None:
        """A sound that was not finished ends without a click. Raises OutputError."""
        frames = min(round(END_FADE_S * self._rate), self._frames)
        fade = np.linspace(1.0, 0.0, frames, dtype=np.float32)[:, None]
        try:
            end = np.array(self.clip.samples[self._frames - frames :]) * fade
            with self.path.open("r+b") as file:
                file.seek(AUDIO_AT + self._bytes - end.nbytes)
                file.write(end.astype(SAMPLE_TYPE, copy=False).tobytes())
        except OSError as error:
            raise refused_folder(self.path.parent, error) from error

    def discard(self) -> None:
        """Delete the file, if it can be deleted."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    @property
    def _bytes(self) -> int:
        return self._frames * self._channels * SAMPLE_TYPE.itemsize


def write_metadata(clip: MappedClip, chunks: Sequence[Chunk]) -> None:
    """Write chunks into the room of a grown WAV, over those of an earlier call. Raises OSError."""
    inside, behind, left = b"", b"", ROOM_BYTES
    for name, payload in chunks:
        made = chunk(name, payload)
        if len(made) + 8 <= left:
            inside, left = inside + made, left - len(made)
        else:
            behind += made
    size = clip.samples.size * SAMPLE_TYPE.itemsize
    with clip.path.open("r+b") as file:
        file.seek(ROOM_AT)
        file.write(inside + chunk(b"JUNK", bytes(left - 8)))
        file.truncate(AUDIO_AT + size)
        file.seek(AUDIO_AT + size)
        file.write(behind)
        file.flush()
        _write_sizes(file, len(clip.samples), size, len(behind))


def moved(source: Path, target: Path) -> None:
    """Rename a file, or copy it where another disk or a program that reads it is in the way; then a
    source that cannot be deleted stays. Raises OSError, leaving no half copy."""
    try:
        source.replace(target)
    except OSError:
        try:
            shutil.copyfile(source, target)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        with contextlib.suppress(OSError):
            source.unlink()


def _write_sizes(file: BinaryIO, frames: int, audio_bytes: int, bytes_behind: int) -> None:
    for place, value in (
        (FACT_AT, frames),
        (AUDIO_AT - 4, audio_bytes),
        (4, AUDIO_AT + audio_bytes + bytes_behind - 8),
    ):
        file.seek(place)
        file.write(struct.pack("<I", value))


def _free_path(folder: Path, name: str) -> Path:
    path, number = folder / f"{name}.wav", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.wav", number + 1
    return path
