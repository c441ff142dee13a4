"""The folders that imports make from a user's files, beside the library."""

from __future__ import annotations

import shutil
from collections.abc import Container
from pathlib import Path

import platformdirs

from qvim_studio.core.errors import OutputError, reason_of

FOLDER = "checkpoints"
UNFINISHED = ".part"  # ends the name of a folder while it is written
TRAINERS_FOLDER = "checkpoints"  # folder of AudioLDM's trainer for its files


def imports_folder() -> Path:
    """The folder of all imports; it may not exist yet."""
    return Path(platformdirs.user_data_dir("qvim-studio", appauthor=False)) / FOLDER


def is_import(folder: Path) -> bool:
    """Whether a folder was made by an import, and may be deleted with its entry."""
    return folder.resolve().parent == imports_folder().resolve()


def place_of_import(name: str, taken: Container[str]) -> Path:
    """A new folder of that name, with a number behind the name if it is taken, or if an unfinished
    folder could have it."""
    plain = name.replace("/", "-").replace("\\", "-").strip(". ") or "checkpoint"
    place, number = imports_folder() / plain, 2
    while place.exists() or place.name in taken or place.name.endswith(UNFINISHED):
        place, number = imports_folder() / f"{plain} {number}", number + 1
    return place


def original_name(source: Path) -> str:
    """The name of an imported checkpoint: the stem of its file, after the name of the experiment if
    a trainer wrote the file."""
    if source.parent.name == TRAINERS_FOLDER:
        return f"{source.parent.parent.name}-{source.stem}"
    return source.stem


def delete_import(folder: Path) -> int:
    """Delete a folder that an import made; returns the bytes that became free.

    Files that are linked to those of another checkpoint stay there and do not count. Raises
    OutputError if something cannot be deleted.
    """
    try:
        files = [path.stat() for path in folder.rglob("*") if path.is_file()]
        shutil.rmtree(folder)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be deleted ({reason_of(error)}). Close the programs that use it, "
            "and try again."
        ) from error
    return sum(file.st_size for file in files if file.st_nlink == 1)
