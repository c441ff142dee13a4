"""Converts downloads in a form that only their own programs read into a folder beside the hub's
files, and keeps only that folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import Checkpoint, Published
from qvim_studio.checkpoints.download_journal import repository_folder
from qvim_studio.core.errors import CheckpointError, OutputError, PickledWeightsError, reason_of

if TYPE_CHECKING:
    from qvim_studio.checkpoints.conversion import Converted

CONVERTED_FOLDER = "qvim-studio"  # in the repository's folder of the hub's cache
PICKLES = (".bin", ".ckpt", ".pt", ".pth")
OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]
Convert = Callable[[Path], "Converted"]


def place_of_converted(known: Checkpoint) -> Path:
    """The place of the converted folder; two checkpoints of one repository have one each."""
    return repository_folder(known.repo) / CONVERTED_FOLDER / known.id


def converted_folder(known: Checkpoint) -> Path | None:
    """The converted folder; None if it is missing or incomplete."""
    folder, layout = place_of_converted(known), known.layout
    parts = (any((folder / part).glob("*.safetensors")) for part in layout.weighted)
    return folder if (folder / layout.index).is_file() and all(parts) else None


def check_published(
    published: Published, there: Mapping[str, object], repo: str, *, allow_pickle: bool
) -> None:
    """Raise CheckpointError if a repository lacks a file, and PickledWeightsError if some files are
    pickles and pickles are not allowed."""
    missing = [path for path in published.files if path not in there]
    if missing:
        raise CheckpointError(
            f"{repo} has no {' and no '.join(missing)}, which was published there. Update QVIM "
            "Studio, or choose another checkpoint."
        )
    pickled = tuple(path for path in published.files if PurePosixPath(path).suffix in PICKLES)
    if pickled and not allow_pickle:
        raise PickledWeightsError(
            f"{repo} has its weights as pickles alone ({', '.join(pickled)}), which can carry "
            "programs. Add --allow-pickle to download and convert them; they are read without "
            "running any code, and deleted afterwards.",
            pickled,
        )


def write_published(
    known: Checkpoint,
    source: Path,
    convert: Convert,
    card: Mapping[str, str],
    on_converted: OnBytes,
    is_cancelled: IsCancelled,
) -> Path:
    """Convert the download from ``source`` and return the folder, which appears only when it is
    complete and read back. card: the content of studio.json.

    Raises CheckpointError for files that cannot be converted, OutputError, CancelledError.
    """
    from qvim_studio.checkpoints.conversion import write_converted

    folder = place_of_converted(known)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)  # an older one, or one that is not whole
    except OSError as error:
        raise OutputError(
            f"{folder.parent} cannot be made ({reason_of(error)}). Let its folder be written to."
        ) from error
    converted = convert(source)
    converted = replace(converted, card={**converted.card, **card})
    write_converted(converted, folder, on_converted, is_cancelled)
    return folder


def remove_converted(known: Checkpoint) -> int:
    """Delete the converted folder; returns the bytes that became free. Files of others stay.

    Raises CheckpointError if there is no such folder.
    """
    folder = place_of_converted(known)
    if not folder.is_dir():
        raise CheckpointError(f"{known.id!r} was not downloaded, so there is nothing to remove.")
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return freed
