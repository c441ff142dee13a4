"""Folders that are slow to make are made once in a process and written again where a test asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path relative to it."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
