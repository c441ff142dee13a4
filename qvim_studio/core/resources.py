"""Where the files that ship with the program lie."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

import qvim_studio

BUNDLED_INDEX_FILE = "index.npz"


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


def bundled_encoder_id() -> str:
    """The encoder that heard the bundled sounds, which is the starter's; "" where none did."""
    index = resource_path("library", BUNDLED_INDEX_FILE)
    if not index.is_file():
        return ""
    with np.load(index) as stored:
        return str(stored["encoder_id"])
