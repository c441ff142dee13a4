"""A sound that the user gives a request besides the take: what it starts from, or sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.reading import read_noted
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import MAX_DURATION_S
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.core.text.plain_text import one_line


class SoundUse(Enum):
    """What a request does with a given sound; the values are the names of its fields."""

    START = "start_sound"
    TIMBRE = "timbre"


@dataclass(frozen=True, eq=False)
class GivenSound:
    """name: what the user knows it by. clip: as much of the file as a request can use. notes: what
    is odd about the file, sentences for the user."""

    name: str
    path: Path
    clip: AudioClip
    notes: tuple[str, ...] = ()


def name_of(path: Path | None) -> str:
    """What people call the sound of a file; "" for none."""
    if path is None:
        return ""
    return readable_name(one_line(path.stem)).encode(errors="replace").decode()


def read_given(path: Path, name: str = "") -> GivenSound:
    """The sound of a file, without what no generated sound is long enough for.

    name: "" stands for the file's own. Raises AudioFileError.
    """
    noted = read_noted(path)
    clip, notes = noted.clip, noted.notes
    frames = round(MAX_DURATION_S * clip.sample_rate)
    if len(clip.samples) > frames:
        clip = AudioClip(np.ascontiguousarray(clip.samples[:frames]), clip.sample_rate)
        notes = (*notes, f"Of {path.name} the first {MAX_DURATION_S:.0f} s are used.")
    return GivenSound(name or name_of(path), path, clip, notes)
