"""What each memory mode does, and how much memory a generation will take in it.

Sizes are read from the headers of the weight files; torch is not needed, so that the settings can
say them at once. The activations' factors below were counted with torch on the meta device (every
tensor that is alive at once, test_memory_modes.py) and hold for any width of the family.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import LATENT_STEP_S, VramMode
from qvim_studio.core.text.json_text import as_object, parse_json, read_json
from qvim_studio.networks.weight_names import is_storable, weight_files

MAX_HEADER_BYTES = 100_000_000  # safetensors' own limit
MEL_PER_LATENT = 4  # mel frames of a latent frame
LATENT_BINS, MEL_BINS = 16, 64
PIECE_LATENT_FRAMES = 128  # 5.12 s: shorter sounds are decoded whole
STORED_BITS, FULL_BITS = 8, 16
# One 16-bit scale for every 64 weights, see stored_weights.
STORED_BYTES = STORED_BITS / 8 + 2 / 64
GIB = 2**30
GRAPHS_KEPT = 4  # two lengths of sound: steps with guidance and steps without, see graphs
CUDA_CONTEXT_BYTES = GIB // 2  # the driver's and the libraries' own, outside of torch's accounting
# Interpreter, torch and diffusers before the first weight; measured on Linux.
PROCESS_BYTES = int(0.6 * GIB)
# What the process holds of a whole sound beside the pieces it computes with, measured at 3, 30 and
# 120 s (720, 900 and 1650 MB): full tensors of the VAE's last level, copies while a sound is
# finished, and every finished sound.
WHOLE_VAE_TENSORS = 3
FINISHING_BYTES_PER_S = 6_300_000
FINISHED_BYTES_PER_S = 48_000 * 4
# Elements alive at once, per latent position (UNet) or mel position (decoders) and per channel of
# the first level (UNet, VAE) or of the vocoder's input.
UNET_ELEMENTS, VAE_ELEMENTS, VOCODER_ELEMENTS = 15.6, 6.0, 0.157


@dataclass(frozen=True)
class ModeTraits:
    """max_batch: variations denoised at once. swaps_parts: the UNet leaves the GPU before the
    decoders enter it. stored_bits: of the UNet's layers at rest, 16 as computed with.
    guidance_passes: 2 runs the wanted and the unwanted half one after the other."""

    max_batch: int
    swaps_parts: bool = False
    stored_bits: int = FULL_BITS
    guidance_passes: int = 1


TRAITS = {
    VramMode.HIGH: ModeTraits(max_batch=8),
    VramMode.BALANCED: ModeTraits(max_batch=4),
    VramMode.LOW: ModeTraits(max_batch=2, swaps_parts=True),
    VramMode.MINIMAL: ModeTraits(1, swaps_parts=True, stored_bits=STORED_BITS, guidance_passes=2),
    # One at a time: batching gains nothing on a processor, and so a seed gives the same bits
    # whatever is made beside it.
    VramMode.CPU: ModeTraits(max_batch=1),
}


@dataclass(frozen=True)
class PartSizes:
    """Numbers of weights of one checkpoint; ``storable`` of the UNet's can be kept in few bits.

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
    """Sizes of a checkpoint on this machine. Raises CheckpointError if files are damaged."""
    try:
        unet = tensor_shapes(folder / "unet")
        storable = [math.prod(shape) for name, shape in unet.items() if is_storable(name, shape)]
        vocoder = _config(folder / "vocoder")
        sizes = PartSizes(
            unet=sum(map(math.prod, unet.values())),
            storable=sum(storable),
            vae=sum(map(math.prod, tensor_shapes(folder / "vae").values())),
            vocoder=sum(map(math.prod, tensor_shapes(folder / "vocoder").values())),
            largest_layer=max(storable, default=0),
            unet_width=_config(folder / "unet")["block_out_channels"][0],
            vae_width=_config(folder / "vae")["block_out_channels"][0],
            vocoder_width=vocoder.get("upsample_initial_channel") or vocoder["hidden_channels"],
        )
        if not all(type(value) is int and value >= 0 for value in vars(sizes).values()):
            raise ValueError("sizes that are no whole numbers")
        return sizes
    except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise CheckpointError(
            f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Copy or download "
            "it again."
        ) from error


def estimate_peak_bytes(
    sizes: PartSizes,
    mode: VramMode,
    duration_s: float,
    *,
    batch: int = 1,
    bytes_per_value: int = 2,
    streams_unet: bool = False,
    graphs: int = 0,
) -> int:
    """The most memory that a generation will hold: on the GPU, or of the process in mode cpu.

    batch: variations asked for; the mode's own limit holds. bytes_per_value: of the precision that
    is computed in. graphs: passes of this size that are kept beside it.
    """
    traits = TRAITS[mode]
    frames = math.ceil(duration_s / LATENT_STEP_S)
    unet = _unet_bytes(sizes, traits, bytes_per_value, streams_unet)
    decoders = (sizes.vae + sizes.vocoder) * bytes_per_value
    rows = min(batch, traits.max_batch) * (1 if traits.guidance_passes == 2 else 2)
    denoising = rows * frames * LATENT_BINS * UNET_ELEMENTS * sizes.unet_width * bytes_per_value
    mel_frames = MEL_PER_LATENT * min(frames, PIECE_LATENT_FRAMES)
    decoding = (
        bytes_per_value
        * mel_frames
        * max(
            MEL_BINS * VAE_ELEMENTS * sizes.vae_width, 160 * VOCODER_ELEMENTS * sizes.vocoder_width
        )
    )
    if mode is VramMode.CPU:
        levels = MEL_PER_LATENT / LATENT_STEP_S * MEL_BINS * sizes.vae_width * bytes_per_value
        decoding += duration_s * (
            WHOLE_VAE_TENSORS * levels + FINISHING_BYTES_PER_S + batch * FINISHED_BYTES_PER_S
        )
    if traits.swaps_parts:
        peak = max(unet + denoising, decoders + decoding)
    else:
        peak = unet + decoders + graphs * denoising + max(denoising, decoding)
    return int(peak) + (PROCESS_BYTES if mode is VramMode.CPU else CUDA_CONTEXT_BYTES)


def _unet_bytes(
    sizes: PartSizes, traits: ModeTraits, bytes_per_value: int, streams_unet: bool
) -> float:
    if streams_unet:  # two blocks as they are stored, and a layer as it is computed with
        return 3 * sizes.largest_layer * bytes_per_value
    if traits.stored_bits == FULL_BITS:
        return sizes.unet * bytes_per_value
    kept = (sizes.unet - sizes.storable + sizes.largest_layer) * bytes_per_value
    return kept + sizes.storable * STORED_BYTES


def tensor_shapes(folder: Path) -> Mapping[str, tuple[int, ...]]:
    """Shapes by name, from the headers of a part's safetensors files.

    Raises OSError, ValueError, KeyError, TypeError and struct.error for damaged ones.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for path in weight_files(folder):
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > MAX_HEADER_BYTES:
                raise ValueError(f"a header of {length} bytes")
            header = as_object(parse_json(file.read(length)))
        shapes |= {name: tuple(e["shape"]) for name, e in header.items() if name != "__metadata__"}
    return shapes


def _config(folder: Path) -> dict[str, Any]:
    return as_object(read_json(folder / "config.json"))
