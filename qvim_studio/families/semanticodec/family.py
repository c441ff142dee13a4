"""SemantiCodec as one of the families of generators."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.semanticodec.config import (
    ENCODER,
    LAYOUT,
    UNET,
    VAE,
    VOCODER,
    read_encoder_config,
    recognizes,
)
from qvim_studio.families.semanticodec.options import CAPABILITIES
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.networks.files.weight_names import is_storable, tensor_shapes

if TYPE_CHECKING:
    from qvim_studio.families.protocol import Generator
    from qvim_studio.memory.compute_plan import ComputePlan

# Weights of the published files by tokens a second, for what is not on this machine.
PUBLISHED = {
    rate: {ENCODER: encoder, UNET: unet, VAE: 55_400_000, VOCODER: 55_300_000}
    for rate, encoder, unet in (
        (100, 327_200_000, 75_040_584),
        (50, 762_200_000, 85_854_024),
    )
}
PUBLISHED_LAYER = 2_000_000
WINDOW_S = 10.24
# Activations at their peak in 16 bits, counted on meta tensors for the published widths. The
# encoder holds the most where it compares every token with the rows of its tables.
ENCODER_BYTES, UNET_BYTES, DECODER_BYTES = 140_000_000, 50_000_000, 190_000_000
FLOAT32 = 2  # of the 16-bit values that a stage counts: the encoder stays wide


class SemantiCodecFamily:
    """See families.protocol.Family."""

    id = "semanticodec"
    layout = LAYOUT

    def recognizes(self, folder: Path) -> bool:
        return recognizes(folder)

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        if checkpoint.folder is not None:
            read_encoder_config(checkpoint.folder)
        return CAPABILITIES

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        if checkpoint.folder is None:
            weights = PUBLISHED[_published_rate(checkpoint)]
            return _footprint(weights, int(0.95 * weights[UNET]), PUBLISHED_LAYER)
        folder = checkpoint.folder
        try:
            weights = {
                part: sum(map(math.prod, tensor_shapes(folder / part).values()))
                for part in (ENCODER, UNET, VAE, VOCODER)
            }
            unet = tensor_shapes(folder / UNET).items()
            storable = [math.prod(shape) for name, shape in unet if is_storable(name, shape)]
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise CheckpointError(
                f"The sizes of the checkpoint in {folder} cannot be read ({error!r}). Convert the "
                "published files again."
            ) from error
        return _footprint(weights, sum(storable), max(storable, default=0))

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        from qvim_studio.families.semanticodec.generator import SemantiCodecGenerator
        from qvim_studio.families.semanticodec.parts import load_semanticodec

        return SemantiCodecGenerator(load_semanticodec(checkpoint.installed_folder(), plan))


def _published_rate(checkpoint: Checkpoint) -> int:
    """Tokens a second, as the published folder or the checkpoint is named; the most without one."""
    name = checkpoint.id if checkpoint.published is None else checkpoint.published.source
    return next((rate for rate in PUBLISHED if name.endswith(str(rate))), max(PUBLISHED))


def _footprint(weights: dict[str, int], storable: int, largest: int) -> Footprint:
    """The footprint of whole windows, which are computed for short sounds as well."""
    encoder = Stage(
        "encode",
        FLOAT32 * weights[ENCODER],
        row_bytes=FLOAT32 * ENCODER_BYTES,
        piece_s=WINDOW_S,
    )
    denoiser = Stage(
        "denoise",
        weights[UNET],
        storable,
        largest,
        row_bytes=UNET_BYTES,
        rows=2,
        piece_s=WINDOW_S,
        is_batched=True,
    )
    decoder = Stage(
        "decode", weights[VAE] + weights[VOCODER], row_bytes=DECODER_BYTES, piece_s=WINDOW_S
    )
    return Footprint((encoder, denoiser, decoder))


FAMILY = SemantiCodecFamily()
