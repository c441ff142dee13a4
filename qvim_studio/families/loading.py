"""Reports in one way that a part of a checkpoint cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qvim_studio.core.errors import CheckpointError
from qvim_studio.memory.faults import is_out_of_memory

Part = TypeVar("Part")


def loaded_part(folder: Path, name: str, load: Callable[[], Part]) -> Part:
    """The value of ``load``. Raises CheckpointError naming the part if its files are bad.

    Lack of memory does not mean that the files are bad; every other error of the libraries and
    their parsers means that they are damaged or of another kind.
    """
    try:
        return load()
    except CheckpointError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"The {name} of the checkpoint in {folder} cannot be loaded: {reason[:160]}. Copy or "
            "download the whole checkpoint again."
        ) from error
