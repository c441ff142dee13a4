"""Where the files that ship with the program lie."""

from __future__ import annotations

import csv
from pathlib import Path

import qvim_studio


def resource_path(*parts: str) -> Path:
    """Path inside ``resources/``, in a source tree and in an installed package alike."""
    package = Path(qvim_studio.__file__).parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources").joinpath(*parts)


def library_rows(folder: Path | None = None) -> list[dict[str, str]]:
    """What ``library.csv`` says of each bundled sound (training.bundled.LIBRARY_COLUMNS).

    folder: another that such a library was made in.
    """
    path = (folder or resource_path("library")) / "library.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
