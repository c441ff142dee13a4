"""The memory that AudioSR needs, from the headers of its files."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from pathlib import Path

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audiosr.config import CONDITION_FOLDER
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.networks.files.weight_names import is_storable, tensor_shapes

PIECE_S = 10.24  # longer sounds are made in pieces
CANVAS_S = 5.12  # pieces are padded to a multiple of it
# Activations for 5.12 s in 16 bits, counted on meta tensors for the published widths.
UNET_BYTES, ENCODER_BYTES, DECODER_BYTES = 75_000_000, 169_000_000, 210_000_000
FLOAT32 = 2  # of the 16-bit values that a stage counts: encoder, decoder and vocoder stay wide


def footprint_of(folder: Path) -> Footprint:
    """Raises CheckpointError if the files are damaged."""
    try:
        shapes = {part: tensor_shapes(folder / part) for part in ("unet", "vae", "vocoder")}
        if (folder / CONDITION_FOLDER).is_dir():
            shapes[CONDITION_FOLDER] = tensor_shapes(folder / CONDITION_FOLDER)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of AudioSR in {folder} cannot be read ({error!r}). Convert the published "
            "file again."
        ) from error
    weights = {part: sum(map(math.prod, each.values())) for part, each in shapes.items()}
    storable = [
        math.prod(shape) for name, shape in shapes["unet"].items() if is_storable(name, shape)
    ]
    return _footprint(weights, sum(storable), max(storable, default=0))


def _footprint(weights: Mapping[str, int], storable: int, largest: int) -> Footprint:
    return Footprint(
        (
            Stage(
                "encode",
                FLOAT32 * weights.get(CONDITION_FOLDER, 0),
                row_bytes_per_s=FLOAT32 * ENCODER_BYTES / CANVAS_S,
                piece_s=PIECE_S,
                step_s=CANVAS_S,
                shortest_s=CANVAS_S,
            ),
            Stage(
                "denoise",
                weights["unet"],
                storable,
                largest,
                row_bytes_per_s=UNET_BYTES / CANVAS_S,
                rows=2,
                is_batched=True,
                piece_s=PIECE_S,
                step_s=CANVAS_S,
                shortest_s=CANVAS_S,
            ),
            Stage(
                "decode",
                FLOAT32 * (weights["vae"] + weights["vocoder"]),
                row_bytes_per_s=FLOAT32 * DECODER_BYTES / CANVAS_S,
                piece_s=PIECE_S,
                step_s=CANVAS_S,
                shortest_s=CANVAS_S,
            ),
        )
    )


# Of what is only known: counted on the meta device for the published widths.
PUBLISHED_FOOTPRINT = _footprint(
    {"unet": 258_195_088, "vae": 223_535_569, "vocoder": 190_282_401}, 257_441_792, 7_372_800
)
