"""Copies new clips into a folder that a sampler or a DAW watches."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from qvim_studio.audio.files.reading import write_atomically


def copy_clips(files: Sequence[Path], folder: Path) -> list[Path]:
    """Copy files under their own names, each complete before it appears; return the copies.

    Nothing is overwritten: another file of that name stays, the copy becomes ``name-2``; one that
    is there already is not copied again. Raises OutputError.
    """
    return [_copy(file, folder) for file in files]


def _copy_into(file: Path, target: Path) -> None:
    shutil.copyfile(file, target)


def _copy(file: Path, folder: Path) -> Path:
    attempt = 1
    while True:
        suffix = "" if attempt == 1 else f"-{attempt}"
        target = folder / f"{file.stem}{suffix}{file.suffix}"
        if not target.exists():
            write_atomically(target, partial(_copy_into, file))
            return target
        if filecmp.cmp(file, target, shallow=False):
            return target
        attempt += 1
