"""Finds the files with the weights of a part, their shapes, and the weights that may be kept in few
bits."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path

from qvim_studio.core.text.json_text import as_object, parse_json, read_json, shown

CONFIG_FILE = "config.json"  # of small networks of our own, beside their WEIGHTS_FILE
WEIGHTS_FILE = "model.safetensors"
WEIGHT_FILES = ("diffusion_pytorch_model.safetensors", WEIGHTS_FILE)
SHARD_INDEX = ".index.json"  # ending of the index of weights that are split into several files
# The first and the last layer, and those for time and condition, matter most per weight.
KEPT_LAYERS = (
    "conv_in.",
    "conv_out.",
    "time_embedding.",
    "class_embedding.",
    # of transformers
    "preprocess_conv.",
    "postprocess_conv.",
    "proj_in.",
    "proj_out.",
    "timestep_proj.",
    "to_timestep_embed.",
    "to_global_embed.",
    "global_proj.",
)
MAX_HEADER_BYTES = 100_000_000  # safetensors' own limit
SMALLEST_STORED = 4096  # weights; smaller layers save nothing


def weight_file(folder: Path) -> Path:
    """The safetensors file of a part. Raises ValueError if it has none."""
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            return folder / name
    raise ValueError(f"found none of {', '.join(WEIGHT_FILES)}")


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold the weights of a part together, in the order of their names.

    Large ones are split; an index beside them then names the file of each tensor. Raises ValueError
    if the part has none or one of them is not there, OSError.
    """
    for name in WEIGHT_FILES:
        index = folder / f"{name}{SHARD_INDEX}"
        if index.is_file() and not (folder / name).is_file():
            named = as_object(as_object(read_json(index)).get("weight_map")).values()
            files = sorted({str(file) for file in named})
            absent = [f for f in files if f != Path(f).name or not (folder / f).is_file()]
            if absent or not files:
                raise ValueError(
                    f"{index.name} names {shown((absent or [''])[0])}, found no such file"
                )
            return tuple(folder / file for file in files)
    return (weight_file(folder),)


def tensor_shapes(folder: Path) -> Mapping[str, tuple[int, ...]]:
    """Shapes by name, from the headers of a part's safetensors files; torch is not needed.

    Raises OSError, ValueError, KeyError, TypeError and struct.error for damaged ones.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for path in weight_files(folder):
        shapes |= file_shapes(path)
    return shapes


def file_shapes(path: Path) -> Mapping[str, tuple[int, ...]]:
    """The shapes in the header of one safetensors file. Raises as ``tensor_shapes`` does."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > MAX_HEADER_BYTES:
            raise ValueError(f"a header of {length} bytes")
        header = as_object(parse_json(file.read(length)))
    return {name: tuple(e["shape"]) for name, e in header.items() if name != "__metadata__"}


def is_storable(name: str, shape: tuple[int, ...]) -> bool:
    """Whether the weight of a UNet's layer may be kept in few bits."""
    is_weight = name.endswith(".weight") and len(shape) >= 2
    is_kept = name.startswith(KEPT_LAYERS)
    return is_weight and not is_kept and math.prod(shape) >= SMALLEST_STORED
