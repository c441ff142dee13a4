"""Turns pickled weights into safetensors without ever running what a pickle asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.networks.qvim_weights import UNREADABLE

# What the libraries call their pickles, and what the safetensors file of the same part is called.
PICKLED_NAMES = {
    "diffusion_pytorch_model.bin": "diffusion_pytorch_model.safetensors",
    "pytorch_model.bin": "model.safetensors",
}


def find_pickled(folder: Path) -> list[Path]:
    """Pickled weights of parts that have no safetensors."""
    return sorted(
        path
        for old, new in PICKLED_NAMES.items()
        for path in folder.glob(f"*/{old}")
        if not path.with_name(new).is_file()
    )


def convert_pickled_weights(paths: Sequence[Path]) -> None:
    """Write a safetensors file beside each, whole or not at all.

    Raises CheckpointError for anything but tensors, OutputError where there is no room.

    ``weights_only``: the pickle may build tensors and plain containers; anything else is refused
    before it runs.
    """
    for path in paths:
        try:
            stored = torch.load(path, map_location="cpu", weights_only=True)
            weights = {name: value.clone().contiguous() for name, value in stored.items()}
        except UNREADABLE as error:
            raise CheckpointError(
                f"{path} is not a plain file of weights, and nothing in it was run. It may be "
                "damaged or malicious: get the checkpoint from a source that you trust, best as "
                "safetensors."
            ) from error
        unfinished = path.with_name("converting")
        try:
            save_file(weights, unfinished)
            unfinished.replace(path.with_name(PICKLED_NAMES[path.name]))
        except (OSError, SafetensorError) as error:
            unfinished.unlink(missing_ok=True)
            raise OutputError(
                f"The weights of {path} could not be written as safetensors ({reason_of(error)}). "
                "Make room "
                "on that disk, or let its folder be written to, and try again."
            ) from error
