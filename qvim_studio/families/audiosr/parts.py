"""Loads AudioSR's networks, strictly and offline."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audiosr.build import (
    make_condition_encoder,
    make_unet,
    make_vae,
    make_vocoder,
)
from qvim_studio.families.audiosr.config import (
    CANVAS_SAMPLES,
    CONDITION_FOLDER,
    LATENT_SAMPLES,
    MEL_BANDS,
    recognizes,
)
from qvim_studio.families.converted_folder import load_part
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.quiet import quiet_libraries

log = logging.getLogger(__name__)


@dataclass(eq=False)
class AudioSrParts:
    """The networks, on the plan's device or in main memory.

    encoder: makes the condition's latents (mean and log-variance) of a log-mel. scale: brings
    latents to unit variance. canvas_samples: pieces are padded to a multiple of it. Encoder,
    decoder and vocoder compute in float32, because they run once a piece and float16 is unproven
    for them.
    """

    unet: Any
    encoder: nn.Module
    vae: Any
    vocoder: Any
    scale: float
    latent_channels: int
    plan: ComputePlan
    canvas_samples: int = CANVAS_SAMPLES

    def denoising(self) -> AbstractContextManager[None]:
        """Within the context the UNet is on the plan's device."""
        return nullcontext() if self.plan.streams else self._visiting(self.unet)

    def encoding(self) -> AbstractContextManager[None]:
        """Within the context the encoder is on the plan's device."""
        return self._visiting(self.encoder)

    def decoding(self) -> AbstractContextManager[None]:
        """Within the context decoder and vocoder are on the plan's device."""
        halves = [self.vae.post_quant_conv, self.vae.decoder, self.vocoder]
        return self._visiting(nn.ModuleList(halves))

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def load_audiosr(folder: Path, plan: ComputePlan) -> AudioSrParts:
    """Load all parts. Raises CheckpointError naming what is missing or damaged."""
    if not recognizes(folder):
        raise CheckpointError(
            f"{folder} holds no AudioSR in the studio's format. Convert the published file: "
            "qvim-studio checkpoints convert pytorch_model.bin FOLDER"
        )
    quiet_libraries()
    home = "cpu" if plan.traits.swaps_parts else plan.device

    unet = load_part(folder, "unet", make_unet, home, plan.dtype)
    if plan.traits.stored_bits < FULL_BITS:
        share = store_weights(unet, plan.traits.stored_bits)
        log.info("%.0f %% of the UNet in %d bits", 100 * share, plan.traits.stored_bits)
    if plan.streams:
        stream(unet, plan.device)
    vae = load_part(folder, "vae", make_vae, home, torch.float32)
    vocoder = load_part(folder, "vocoder", make_vocoder, home, torch.float32)
    if (folder / CONDITION_FOLDER).is_dir():
        encoder = load_part(folder, CONDITION_FOLDER, make_condition_encoder, home, torch.float32)
    else:
        encoder = nn.Sequential(vae.encoder, vae.quant_conv)
    parts = AudioSrParts(
        unet,
        encoder,
        vae,
        vocoder,
        float(vae.config.scaling_factor),
        int(vae.config.latent_channels),
        plan,
        int(unet.config.sample_size) * LATENT_SAMPLES,
    )
    _check(parts, folder)
    return parts


def _check(parts: AudioSrParts, folder: Path) -> None:
    """Raise CheckpointError if the parts do not belong together."""
    got = (parts.unet.config.in_channels, parts.unet.config.out_channels)
    expected = (2 * parts.latent_channels, parts.latent_channels)
    if got != expected or parts.vocoder.config.model_in_dim != MEL_BANDS:
        raise CheckpointError(
            f"The parts in {folder} do not belong together: the UNet takes and gives {got} "
            f"channels, expected {expected}, and the vocoder {parts.vocoder.config.model_in_dim} "
            f"mel bands, expected {MEL_BANDS}. Convert the published file again."
        )
