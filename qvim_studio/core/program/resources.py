"""Finds the files that ship with the program, and reads the bundled library."""

from __future__ import annotations

import csv
import logging
import zipfile
from pathlib import Path

import numpy as np

import qvim_studio
from qvim_studio.core.errors import CheckpointError

log = logging.getLogger(__name__)

BUNDLED_INDEX_FILE = "index.npz"


def resource_path(*parts: str) -> Path:
    """The path inside ``resources/``, in a source tree and in an installed package alike."""
    package = Path(qvim_studio.__file__).parent
    installed = package / "resources"
    return (installed if installed.is_dir() else package.parent / "resources").joinpath(*parts)


def library_rows(folder: Path | None = None) -> list[dict[str, str]]:
    """The row of ``library.csv`` for each bundled sound (LIBRARY_COLUMNS of its maker).

    folder: of another library that the same command made.
    """
    path = (folder or resource_path("library")) / "library.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def bundled_encoder_id() -> str:
    """The id of the encoder that embedded the bundled sounds (the starter's); "" if the index is
    missing or damaged."""
    stored = _stored_index("encoder_id")
    return "" if stored is None else str(stored)


def bundled_embeddings() -> np.ndarray:
    """The ears' embeddings of the bundled sounds, float32 (sounds, EARS_DIM). Raises
    CheckpointError."""
    return _needed_index("embeddings").astype(np.float32)


def bundled_names() -> list[str]:
    """The file names of ``bundled_embeddings``, in the same order. Raises CheckpointError."""
    return _needed_index("names").tolist()


def _needed_index(name: str) -> np.ndarray:
    stored = _stored_index(name)
    if stored is None:
        raise CheckpointError(
            "The index of the bundled sounds is missing or damaged, expected the file that comes "
            "with the program. Install the program again."
        )
    return stored


def _stored_index(name: str) -> np.ndarray | None:
    """One array of the index, or None if the index is missing or damaged."""
    index = resource_path("library", BUNDLED_INDEX_FILE)
    try:
        with index.open("rb") as file, np.load(file) as stored:
            return stored[name]
    except FileNotFoundError:
        return None
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        log.warning("The index of the bundled sounds is damaged and not used: %s", error)
        return None
