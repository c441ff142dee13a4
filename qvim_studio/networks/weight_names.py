"""Which file holds the weights of a part, and which of its weights may be kept in few bits."""

from __future__ import annotations

import math
from pathlib import Path

WEIGHT_FILES = ("diffusion_pytorch_model.safetensors", "model.safetensors")
# The first and the last layer, and how time and condition enter, carry the most per weight.
KEPT_LAYERS = ("conv_in.", "conv_out.", "time_embedding.", "class_embedding.")
SMALLEST_STORED = 4096  # weights; below it nothing is saved


def weight_file(folder: Path) -> Path:
    """The safetensors file of a part. Raises ValueError if it has none."""
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            return folder / name
    raise ValueError(f"found none of {', '.join(WEIGHT_FILES)}")


def is_storable(name: str, shape: tuple[int, ...]) -> bool:
    """Whether the weight of a UNet's layer may be kept in few bits."""
    is_weight = name.endswith(".weight") and len(shape) >= 2
    is_kept = name.startswith(KEPT_LAYERS)
    return is_weight and not is_kept and math.prod(shape) >= SMALLEST_STORED
