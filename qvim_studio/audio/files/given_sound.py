"""Reads the sounds that the user gives a request: take, starting sound and timbre."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from qvim_studio.audio.files.reading import NotedClip, read_noted, read_take
from qvim_studio.audio.files.take_notes import mixing_notes
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.core.text.plain_text import one_line


class SoundUse(Enum):
    """What a request does with a given sound; the values are names of request fields."""

    START = "start_sound"
    TIMBRE = "timbre"


@dataclass(frozen=True, eq=False)
class GivenSound:
    """name: the name that the user knows it by. notes: sentences for the user about oddities of the
    file."""

    name: str
    path: Path
    clip: AudioClip
    notes: tuple[str, ...] = ()


def name_of(path: Path | None) -> str:
    """The readable name of a file's sound; "" without a file."""
    if path is None:
        return ""
    return readable_name(one_line(path.stem)).encode(errors="replace").decode()


def read_given(path: Path, name: str = "") -> GivenSound:
    """The sound of a file. name: "" for the file's own name. Raises AudioFileError."""
    noted = read_noted(path)
    return GivenSound(name or name_of(path), path, noted.clip, noted.notes)


def read_given_take(take: Path | AudioClip, *, trim: bool, is_voice: bool = True) -> NotedClip:
    """A take; ``trim`` removes the silence around it. is_voice: whether the notes tell of the
    microphone, too. Raises AudioFileError."""
    if isinstance(take, AudioClip):
        noted = NotedClip(take)
    elif is_voice:
        noted = read_take(take)
    else:
        noted = read_noted(take)
        noted = NotedClip(noted.clip, (*noted.notes, *mixing_notes(noted.clip)))
    return NotedClip(trim_take(noted.clip), noted.notes) if trim else noted
