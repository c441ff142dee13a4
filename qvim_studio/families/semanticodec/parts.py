"""Loads SemantiCodec's networks, strictly and offline."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.converted_folder import load_part
from qvim_studio.families.semanticodec.build import (
    make_encoder,
    make_unet,
    make_vae,
    make_vocoder,
)
from qvim_studio.families.semanticodec.config import (
    ENCODER,
    LATENT_CHANNELS,
    POSITION_WIDTH,
    UNET,
    VAE,
    VOCODER,
    recognizes,
)
from qvim_studio.families.semanticodec.encoder import TokenEncoder
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.quiet import quiet_libraries

log = logging.getLogger(__name__)


@dataclass(eq=False)
class SemantiCodecParts:
    """The networks, on the plan's device or at home beside it.

    encoder: in float32, for the nearest of thousands of rows must not change with the precision.
    """

    encoder: TokenEncoder
    unet: Any
    vae: Any
    vocoder: Any
    plan: ComputePlan

    def encoding(self) -> AbstractContextManager[None]:
        """Inside, the encoder is where the plan computes."""
        return self._visiting(self.encoder)

    def denoising(self) -> AbstractContextManager[None]:
        """Inside, the UNet is where the plan computes."""
        return nullcontext() if self.plan.streams else self._visiting(self.unet)

    def decoding(self) -> AbstractContextManager[None]:
        """Inside, VAE and vocoder are where the plan computes."""
        return self._visiting(nn.ModuleList([self.vae, self.vocoder]))

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def load_semanticodec(folder: Path, plan: ComputePlan) -> SemantiCodecParts:
    """Everything in memory. Raises CheckpointError naming what is missing or damaged."""
    if not recognizes(folder):
        raise CheckpointError(
            f"{folder} holds no SemantiCodec in the studio's format. Convert the published files: "
            "qvim-studio checkpoints convert semanticodec_tokenrate_100 FOLDER"
        )
    quiet_libraries()
    home = "cpu" if plan.traits.swaps_parts else plan.device
    encoder = load_part(folder, ENCODER, make_encoder, home, torch.float32)
    unet = load_part(folder, UNET, make_unet, home, plan.dtype)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(unet, plan.traits.stored_bits)
        log.info("%.0f %% of the UNet in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(unet, plan.device)
    vae = load_part(folder, VAE, make_vae, home, plan.dtype)
    vocoder = load_part(folder, VOCODER, make_vocoder, home, plan.dtype)
    width = 2 * encoder.config.features + POSITION_WIDTH
    got = unet.config.cross_attention_dim[0][-1]
    if got != width or unet.config.in_channels != LATENT_CHANNELS:
        raise CheckpointError(
            f"The parts in {folder} do not belong together: the UNet reads tokens of {got} numbers "
            f"and the encoder makes {width}. Convert the published files again."
        )
    return SemantiCodecParts(encoder, unet, vae, vocoder, plan)
