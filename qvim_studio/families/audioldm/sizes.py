"""Sizes of the parts of an AudioLDM, and their memory.

The activations' factors were counted with torch on the meta device (every tensor that is alive at
once, tests/memory/test_modes.py) and hold for any width of the family.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.checkpoints.checkpoint import CONTROL_CONFIG_FILE, CONTROL_FILE, CONTROL_FOLDER
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.memory.footprint import COUNTED_BYTES, Footprint, Stage
from qvim_studio.networks.files.weight_names import file_shapes, is_storable, tensor_shapes

LATENT_STEP_S = 0.04  # a latent frame: 4 mel frames of 160 samples at 16 kHz
MEL_PER_LATENT = 4  # mel frames of a latent frame
LATENT_BINS, MEL_BINS = 16, 64
UNET_MULTIPLE = 8  # latent frames are padded to it: three halvings at most
MIN_FRAMES = 32  # 1.28 s: the shortest sound in training; the surplus is cut off
PIECE_LATENT_FRAMES = 128  # 5.12 s: shorter sounds are decoded whole
WHOLE_VAE_TENSORS = 3  # of the VAE's last level, held for a whole sound on the processor
# Elements alive at once, per latent position (UNet) or mel position (decoders) and per channel of
# the first level (UNet, VAE) or of the vocoder's input.
UNET_ELEMENTS, VAE_ELEMENTS, VOCODER_ELEMENTS = 15.6, 6.0, 0.157
CONTROLNET_ELEMENTS = 19.4  # of a UNet with a ControlNet, whose copy runs beside the way down
SAMPLES_PER_MEL = 160


@dataclass(frozen=True)
class PartSizes:
    """Numbers of weights of one checkpoint. storable: those of the UNet that can be kept in few
    bits.

    widths: channels of the first level of UNet and VAE and of the vocoder's input.
    """

    unet: int
    storable: int
    vae: int
    vocoder: int
    largest_layer: int
    unet_width: int
    vae_width: int
    vocoder_width: int


def part_sizes(folder: Path) -> PartSizes:
    """Sizes of a checkpoint on this machine; layers that take curves count as part of the UNet.

    Raises CheckpointError if files are damaged.
    """
    try:
        unet = _shapes(folder / "unet")
        storable = [math.prod(shape) for name, shape in unet.items() if is_storable(name, shape)]
        vocoder = _config(folder / "vocoder")
        sizes = PartSizes(
            unet=sum(map(math.prod, unet.values())) + _added_weights(folder),
            storable=sum(storable),
            vae=sum(map(math.prod, _shapes(folder / "vae").values())),
            vocoder=sum(map(math.prod, _shapes(folder / "vocoder").values())),
            largest_layer=max(storable, default=0),
            unet_width=_config(folder / "unet")["block_out_channels"][0],
            vae_width=_config(folder / "vae")["block_out_channels"][0],
            vocoder_width=vocoder.get("upsample_initial_channel") or vocoder["hidden_channels"],
        )
        if not all(type(value) is int and value >= 0 for value in vars(sizes).values()):
            raise ValueError("sizes that are not whole numbers")
    except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or download "
            "it again."
        ) from error
    return sizes


def known_sizes(sizes: Mapping[str, int]) -> PartSizes:
    """Sizes from the registry. Raises CheckpointError if some are missing or unknown."""
    try:
        return PartSizes(**sizes)
    except TypeError as error:
        raise CheckpointError(
            f"The registry's sizes of an AudioLDM cannot be used ({error}). Correct them there."
        ) from error


def folder_footprint(folder: Path) -> Footprint:
    """The footprint of a checkpoint on this machine. Raises CheckpointError if files are
    damaged."""
    return footprint_of(part_sizes(folder), has_copy=_has_copy(folder))


def footprint_of(sizes: PartSizes, *, has_copy: bool = False) -> Footprint:
    """The stages of the UNet and of VAE and vocoder. has_copy: whether a ControlNet runs beside the
    UNet."""
    elements = CONTROLNET_ELEMENTS if has_copy else UNET_ELEMENTS
    mel_per_s = MEL_PER_LATENT / LATENT_STEP_S
    level_bytes_per_s = mel_per_s * MEL_BINS * sizes.vae_width * COUNTED_BYTES
    denoise = Stage(
        "denoise",
        weights=sizes.unet,
        storable=sizes.storable,
        largest_layer=sizes.largest_layer,
        row_bytes_per_s=LATENT_BINS * elements * sizes.unet_width * COUNTED_BYTES / LATENT_STEP_S,
        rows=2,
        step_s=UNET_MULTIPLE * LATENT_STEP_S,
        shortest_s=MIN_FRAMES * LATENT_STEP_S,
        is_batched=True,
    )
    decode = Stage(
        "decode",
        weights=sizes.vae + sizes.vocoder,
        row_bytes_per_s=max(
            VAE_ELEMENTS * level_bytes_per_s,
            mel_per_s * SAMPLES_PER_MEL * VOCODER_ELEMENTS * sizes.vocoder_width * COUNTED_BYTES,
        ),
        piece_s=PIECE_LATENT_FRAMES * LATENT_STEP_S,
        step_s=UNET_MULTIPLE * LATENT_STEP_S,
        shortest_s=MIN_FRAMES * LATENT_STEP_S,
        whole_bytes_per_s=WHOLE_VAE_TENSORS * level_bytes_per_s,
    )
    return Footprint((denoise, decode))


def _shapes(part: Path) -> Mapping[str, tuple[int, ...]]:
    try:
        return tensor_shapes(part)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The weights in {part}/ cannot be read ({reason_of(error)}). Copy or download the "
            "checkpoint again."
        ) from error


def _added_weights(folder: Path) -> int:
    """Weights of the layers that take curves, such as a ControlNet's copy; 0 without curves."""
    path = folder / CONTROL_FOLDER / CONTROL_FILE
    return sum(map(math.prod, file_shapes(path).values())) if path.is_file() else 0


def _has_copy(folder: Path) -> bool:
    """Whether the layers that take curves are a ControlNet; damaged files count as none."""
    try:
        kind = as_object(read_json(folder / CONTROL_FOLDER / CONTROL_CONFIG_FILE)).get("kind")
    except (OSError, ValueError):
        return False
    return kind == ControlKind.CONTROLNET.value


def _config(folder: Path) -> dict[str, Any]:
    return as_object(read_json(folder / "config.json"))
