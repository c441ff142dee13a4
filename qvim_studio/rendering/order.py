"""What a worker is handed and gives back: sounds as bytes, so that no disk is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import read_sound_header
from qvim_studio.core.errors import AudioFileError, reason_of
from qvim_studio.export.files.clip_writer import EncodedClip
from qvim_studio.rendering.row_request import RowRequest


@dataclass(frozen=True)
class SoundBytes:
    """A sound's file. name: with its ending. data: the whole file. length_s: as its header says;
    None where the header cannot be read."""

    name: str
    data: bytes
    length_s: float | None = None


@dataclass(frozen=True)
class RenderOrder:
    """A row to be rendered. key: of its journal row. values, sounds: see RowRequest."""

    key: str
    title: str
    values: Mapping[str, Any]
    sounds: Mapping[str, SoundBytes]


@dataclass(frozen=True)
class RenderedRow:
    """clips: best first. seconds: wall time of the worker; processor_s: its processor time."""

    clips: tuple[EncodedClip, ...]
    seconds: float
    processor_s: float


def order_of(key: str, asked: RowRequest) -> RenderOrder:
    """Read the sounds of a row. Raises AudioFileError where one cannot be opened."""
    sounds = {field: _read(Path(path)) for field, path in asked.sounds.items()}
    return RenderOrder(key, asked.title, asked.values, sounds)


def _length_s(path: Path) -> float | None:
    try:
        header = read_sound_header(path)
    except AudioFileError:  # the worker says what is wrong with it
        return None
    return None if header.frames is None else header.frames / header.sample_rate


def _read(path: Path) -> SoundBytes:
    try:
        return SoundBytes(path.name, path.read_bytes(), _length_s(path))
    except (OSError, ValueError) as error:
        raise AudioFileError(
            f"{path} cannot be opened ({reason_of(error)}). Check the name and that you may read "
            "it."
        ) from error
