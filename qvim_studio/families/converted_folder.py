"""Loads parts of folders that ``checkpoints convert`` wrote, strictly and offline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json

if TYPE_CHECKING:
    import torch
    from torch import nn

CONFIG_FILE = "config.json"  # of each part


def read_part_config(folder: Path, part: str) -> dict[str, Any]:
    """The settings of one part. Raises CheckpointError if they cannot be read."""
    try:
        return as_object(read_json(folder / part / CONFIG_FILE))
    except (OSError, ValueError) as error:
        raise unreadable_config(folder, part, error) from error


def unreadable_config(folder: Path, part: str, error: Exception) -> CheckpointError:
    """The error to raise for missing or impossible settings."""
    return CheckpointError(
        f"The settings of the part {part}/ of {folder} cannot be understood ({reason_of(error)}). "
        "Convert the published files again."
    )


def load_part(
    folder: Path,
    part: str,
    make: Callable[[dict[str, Any]], nn.Module],
    device: str,
    dtype: torch.dtype,
) -> Any:
    """One network with its weights, for inference. make: builds it from its settings.

    Raises CheckpointError naming what is missing or damaged.
    """
    from qvim_studio.memory.faults import is_out_of_memory
    from qvim_studio.networks.files.weights import load_mapped_network

    config = read_part_config(folder, part)
    try:
        return load_mapped_network(lambda: make(config), folder / part, device, dtype)
    # Lack of memory does not mean that the files are bad; every other error of the libraries and
    # their parsers does.
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise CheckpointError(
            f"The part {part}/ of {folder} cannot be loaded: {reason[:160]}. Convert the published "
            "files again."
        ) from error
