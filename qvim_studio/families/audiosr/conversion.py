"""Turns AudioSR's published file, one pickle of 6 GB, into a folder of safetensors.

The file holds the UNet twice (``model_ema.`` is never used for inference), the autoencoder and the
vocoder twice, and about 0.8 GB that belong to no network of AudioSR. Only the parts in use are
written.
"""

from __future__ import annotations

from pathlib import Path

import torch

from qvim_studio.checkpoints.conversion import (
    Converted,
    ConvertedPart,
    Weights,
    below,
    read_original,
    renamed,
)
from qvim_studio.checkpoints.original_names import unet_names, vae_names, vocoder_names
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audiosr.build import (
    make_condition_encoder,
    make_unet,
    make_vae,
    make_vocoder,
)
from qvim_studio.families.audiosr.config import (
    CLASS_NAME,
    CONDITION_FOLDER,
    MEL_BANDS,
    unet_config,
    vae_config,
    vocoder_config,
)

UNET, VAE = "model.diffusion_model.", "first_stage_model."
VOCODER = f"{VAE}vocoder."
CONDITION_VAE = "cond_stage_models.0.vae."
HALVES = {"encoder": ("encoder.", "quant_conv."), "decoder": ("decoder.", "post_quant_conv.")}
RESNETS, TRANSFORMERS = 2, 2


SOURCE = "pytorch_model.bin of haoheliu/audiosr_basic or haoheliu/audiosr_speech"


def recognizes_source(source: Path) -> bool:
    """Whether a file's tensors are those of AudioSR. Raises CheckpointError for a damaged file."""
    return source.is_file() and _is_audiosr(read_original(source))


def convert_source(source: Path) -> Converted:
    """Every part of the published file, mapped. Raises CheckpointError for another file."""
    return converted(read_original(source), source)


def converted(weights: Weights, source: Path) -> Converted:
    """The converted tensors of the published file. source: named in error sentences."""
    if not _is_audiosr(weights):
        raise CheckpointError(f"{source} holds other weights than AudioSR's. Give the {SOURCE}.")
    try:
        parts = _parts(weights)
    except (KeyError, ValueError, IndexError) as error:
        raise CheckpointError(
            f"{source} is not a complete AudioSR ({error}). Download pytorch_model.bin again."
        ) from error
    return Converted({"_class_name": CLASS_NAME}, parts, {"title": "AudioSR"})


def _parts(weights: Weights) -> tuple[ConvertedPart, ...]:
    unet, vocoder = below(weights, UNET), below(weights, VOCODER)
    vae = {name: value for name, value in below(weights, VAE).items() if _is_of(name, *HALVES)}
    latent_channels = vae["post_quant_conv.weight"].shape[1]
    scale = float(weights["scale_factor"])
    settings = {
        "unet": unet_config(unet["input_blocks.0.0.weight"].shape[0], latent_channels),
        "vae": vae_config(vae["encoder.conv_in.weight"].shape[0], latent_channels, scale),
        "vocoder": vocoder_config(vocoder["conv_pre.weight"].shape[0]),
    }
    vocoder |= {"mean": torch.zeros(MEL_BANDS), "scale": torch.ones(MEL_BANDS)}
    parts = [
        ConvertedPart(
            "unet",
            settings["unet"],
            renamed(
                unet, unet_names(unet, RESNETS, TRANSFORMERS), lambda: make_unet(settings["unet"])
            ),
        ),
        ConvertedPart(
            "vae", settings["vae"], renamed(vae, vae_names(vae), lambda: make_vae(settings["vae"]))
        ),
        ConvertedPart(
            "vocoder",
            settings["vocoder"],
            renamed(vocoder, vocoder_names(vocoder), lambda: make_vocoder(settings["vocoder"])),
        ),
    ]
    given = below(weights, CONDITION_VAE)
    encoder = {name: value for name, value in given.items() if _is_of(name, "encoder")}
    if any(not torch.equal(value, vae[name]) for name, value in encoder.items()):
        names = vae_names(encoder)
        own = renamed(encoder, names, lambda: make_condition_encoder(settings["vae"]))
        parts.append(ConvertedPart(CONDITION_FOLDER, settings["vae"], own))
    return tuple(parts)


def _is_audiosr(weights: Weights) -> bool:
    return any(name.startswith(CONDITION_VAE) for name in weights)


def _is_of(name: str, *halves: str) -> bool:
    return any(name.startswith(HALVES[half]) for half in halves)
