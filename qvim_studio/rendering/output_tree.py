"""Where the files of a render lie, and how they get there: each is whole when it appears."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from qvim_studio.audio.files.reading import refused_folder
from qvim_studio.export.files.clip_writer import EncodedClip, safe_stem, write_encoded
from qvim_studio.rendering.render_journal import JournalRow

PARTIAL_FOLDER = ".partial"  # what a kill may leave behind lies in it
SPREAD_DIGITS = 2  # of the key, which name 256 subfolders


def clear_partial(folder: Path) -> None:
    """Remove what a killed run left half-written."""
    shutil.rmtree(folder / PARTIAL_FOLDER, ignore_errors=True)


def write_row(
    folder: Path, row: JournalRow, title: str, clips: Sequence[EncodedClip], *, is_spread: bool
) -> list[str]:
    """Write the clips of a row over files of the same names; returns their names in the folder.

    They appear once all of them have reached the disk. Raises OutputError.
    """
    place = _place_of(row, title, is_spread=is_spread)
    partial = folder / PARTIAL_FOLDER
    written = [write_encoded(clip, partial / f"{row.key}_{clip.ending}") for clip in clips]
    names = [place.with_name(f"{place.name}_{clip.ending}.wav") for clip in clips]
    try:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        for files, name in zip(written, names, strict=True):
            # The recipe first, so that no clip is ever without its recipe.
            files.recipe_path.replace((folder / name).with_suffix(".json"))
            files.path.replace(folder / name)
    except OSError as error:
        raise refused_folder(folder / place.parent, error) from error
    return [name.as_posix() for name in names]


def _place_of(row: JournalRow, title: str, *, is_spread: bool) -> Path:
    """Always the same for the same row, without the numbers of its clips. Takes in subfolders make
    sounds in subfolders."""
    take = Path(row.take)
    parents = [part for part in take.parent.parts if part != ".."]
    folder = Path() if take.is_absolute() else Path(*parents)
    if is_spread:
        folder /= row.key[:SPREAD_DIGITS]
    return folder / f"{safe_stem(title)}-{row.key}"
