"""Writes uncompressed zip archives whose bytes depend only on their content."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

# Of every entry: equal content makes equal archives, and 1980 is the oldest date zip can say.
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16


def add_stored(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add one entry uncompressed: audio does not shrink, and samplers expect it."""
    info = zipfile.ZipInfo(name, _DATE)
    info.external_attr = _READABLE_FILE
    archive.writestr(info, data, zipfile.ZIP_STORED)


def add_files(
    archive: zipfile.ZipFile, folder: Path, name: str, without: Collection[str] = ()
) -> None:
    """Add all files below ``folder`` as entries below ``name``, in the order of their paths.

    without: paths below the folder, with slashes, that are left out.
    """
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        path = file.relative_to(folder).as_posix()
        if path not in without:
            add_stored(archive, f"{name}/{path}", file.read_bytes())
