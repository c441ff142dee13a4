"""What commands that write one new file share: nothing is overwritten, and progress is shown."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.text.file_names import is_file
from qvim_studio.export.files.metadata import ClipMetadata
from qvim_studio.export.files.sound_file import FileFormat, write_sound


def check_new_file(path: Path) -> None:
    """Raises OutputError if the file is there already, or its folder cannot be written to."""
    if is_file(path):
        raise OutputError(
            f"{path} already exists and is not overwritten. Choose another name, or delete "
            "that file first."
        )
    check_output_folder(path.parent)


def write_new_sound(path: Path, clip: AudioClip, made_by: str) -> None:
    """24 bits, or 32 for a sound over full scale. made_by: one sentence, kept in the file."""
    depth = 32 if np.abs(clip.samples).max(initial=0.0) > 1.0 else 24
    meta = ClipMetadata(path.stem, description=made_by, is_generated=True, notes=made_by)
    write_sound(path, clip, meta, FileFormat(bit_depth=depth, is_dithered=False))


def show_step(done: int, steps: int, _picture: np.ndarray | None) -> None:
    """The share that is done, in one line of the terminal."""
    print(f"\r{100 * done / steps:5.1f} %", end="", file=sys.stderr)
