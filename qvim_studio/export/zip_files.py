"""Stored zip archives that depend on their content alone."""

from __future__ import annotations

import zipfile
from pathlib import Path

# Of every entry: equal content makes equal archives, and 1980 is the oldest date zip can say.
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16


def add_stored(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add one entry uncompressed: audio does not shrink, and samplers want it so."""
    info = zipfile.ZipInfo(name, _DATE)
    info.external_attr = _READABLE_FILE
    archive.writestr(info, data, zipfile.ZIP_STORED)


def zip_folder(folder: Path, path: Path) -> None:
    """All files below a folder, under the folder's name, in the order of their paths."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            name = file.relative_to(folder.parent).as_posix()
            add_stored(archive, name, file.read_bytes())
