"""Turns AudioLDM's original file, one pickle with everything, into a folder of safetensors.

Two programs write such files: AudioLDM itself (``audioldm-s-full.ckpt`` of Zenodo) and its
authors' trainer. The trainer's UNets have two transformers in each place instead of one, and its
files hold a second CLAP (``clap.``), which only ranks and makes no conditions. Sizes come from the
shapes of the tensors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.checkpoints.conversion import (
    UNFIT,
    Converted,
    ConvertedPart,
    Weights,
    below,
    millions,
    read_original,
    renamed,
)
from qvim_studio.checkpoints.imports import original_name
from qvim_studio.checkpoints.laion_clap import clap_part, clap_title, space_id
from qvim_studio.checkpoints.original_names import unet_names, vae_names, vocoder_names
from qvim_studio.checkpoints.tokenizer_files import find_tokenizer
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.parts import HEAD_CHANNELS
from qvim_studio.families.audioldm.training_config import TrainingConfig, read_training_config
from qvim_studio.networks.coders.mel_vae import MelVae, MelVaeConfig
from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig

SOURCE = "an original AudioLDM (.ckpt), as published or as its trainer writes it"
HAS_AVERAGES = True  # read by families.conversion: such files may hold averaged weights
UNET, VAE = "model.diffusion_model.", "first_stage_model."
AVERAGED = "model_ema."  # exponential moving averages, named without dots
CLAPS = ("cond_stage_models.0.model.", "cond_stage_model.model.")
OTHER_FAMILY = "cond_stage_models.0.vae."  # AudioSR's
VAE_HALVES = ("encoder.", "decoder.", "quant_conv.", "post_quant_conv.")
SIZE_NAMES = {128: "size s", 192: "size m", 256: "size l"}  # by the UNet's first width
RESNETS = 2  # residual blocks of a level
NORM_GROUPS = 32
USUAL_HEAD_CHANNELS = 32
MEL_BANDS = 64
VOCODER_KERNELS = (16, 16, 8, 4, 4)
VOCODER_RATES = (5, 4, 2, 2, 2)
FILM = f"{UNET}film_emb.weight"


def recognizes_source(source: Path) -> bool:
    """Whether a file holds a denoiser and an autoencoder of this kind, including those that
    ``convert_source`` refuses with a reason. Raises CheckpointError for a damaged file."""
    return source.is_file() and _is_audioldm(read_original(source))


def convert_source(source: Path, *, averaged: bool | None = None) -> Converted:
    """Every part of the file, mapped.

    averaged: whether to take the averaged weights, with which the original makes its sounds; None
    takes them if the file has some. Raises CheckpointError for another file.
    """
    weights, trained = read_original(source), read_training_config(source)
    if not _is_audioldm(weights):
        raise CheckpointError(f"{source} holds other weights than AudioLDM's. Give {SOURCE}.")
    try:
        _check_condition(weights, trained, source)
        taken, is_averaged = _unet_weights(weights, source, averaged=averaged)
        parts = [_unet(taken, trained), _vae(weights), _vocoder(weights)]
        clap = _condition_clap(weights)
        part, files = clap_part(clap, "text_encoder")
        parts.append(part)
        space = space_id(clap)
    except UNFIT as error:
        raise CheckpointError(
            f"{source} is not a complete AudioLDM ({error}). Copy or download it again."
        ) from error
    words = part.config.get("text_config", part.config)["vocab_size"]
    tokenizer = find_tokenizer(source, words)
    scheduler = json.dumps(trained.scheduler, indent=2) + "\n"
    files |= {"scheduler/scheduler_config.json": scheduler.encode(), **tokenizer}
    width = parts[0].config["block_out_channels"][0]
    size = SIZE_NAMES.get(width, f"width {width}")
    recognized = (
        f"AudioLDM of {size}, {millions(parts)}, {'EMA' if is_averaged else 'live'} weights, "
        f"{clap_title(clap)}."
    )
    if not tokenizer:
        recognized += (
            " No RoBERTa tokenizer was found, so it reads no words: put roberta-base's "
            "tokenizer.json beside the file and import it again."
        )
    card = {"title": f"AudioLDM ({original_name(source)})", "clap_id": space}
    return Converted({"_class_name": "AudioLDMPipeline"}, tuple(parts), card, files, recognized)


def _is_audioldm(weights: Weights) -> bool:
    wanted = (UNET, VAE)
    has_both = all(any(name.startswith(prefix) for name in weights) for prefix in wanted)
    return has_both and not any(name.startswith(OTHER_FAMILY) for name in weights)


def _check_condition(weights: Weights, trained: TrainingConfig, source: Path) -> None:
    looks = (
        value.shape[0] != value.shape[1]
        for name, value in weights.items()
        if name.startswith(UNET) and name.endswith(".attn2.to_k.weight")
    )
    if trained.reads_by_attention or FILM not in weights or any(looks):
        raise CheckpointError(
            f"The denoiser of {source} reads its condition by cross-attention, as AudioLDM with "
            "Flan-T5 and AudioLDM 2 do; expected one with FiLM, which takes one vector of CLAP. "
            "Import a folder of AudioLDM 2 in the layout of diffusers instead."
        )


def _unet_weights(
    weights: Weights, source: Path, *, averaged: bool | None
) -> tuple[dict[str, torch.Tensor], bool]:
    """The weights of the denoiser, and whether they are averaged."""
    live = below(weights, UNET)
    stem = f"{AVERAGED}diffusion_model"
    names = {name: stem + name.replace(".", "") for name in live}
    found = {name: weights[each] for name, each in names.items() if each in weights}
    if averaged and not found:
        raise CheckpointError(
            f"{source} holds no averaged weights ({AVERAGED}*), expected some beside the live "
            "ones. Import it without --ema."
        )
    if averaged is False or not found:
        return live, False
    # Buffers are not averaged.
    return {**live, **found}, True


def _unet(weights: Weights, trained: TrainingConfig) -> ConvertedPart:
    width = weights["input_blocks.0.0.weight"].shape[0]
    blocks = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("input_blocks"))
    levels = (blocks + RESNETS) // (RESNETS + 1)
    firsts = [1 + level * (RESNETS + 1) for level in range(levels)]
    widths = [weights[f"input_blocks.{first}.0.out_layers.3.weight"].shape[0] for first in firsts]
    attends = [f"input_blocks.{first}.1.norm.weight" in weights for first in firsts]
    middle = {int(name.split(".")[1]) for name in weights if name.startswith("middle_block.")}
    transformers = len(middle) - 2  # between two residual blocks
    head = trained.head_channels or HEAD_CHANNELS.get(width, USUAL_HEAD_CHANNELS)
    looked_at = [[None] * transformers] * levels if transformers > 1 else widths
    config = {
        "_class_name": "UNet2DConditionModel",
        "sample_size": 128,
        "in_channels": weights["input_blocks.0.0.weight"].shape[1],
        "out_channels": weights["out.2.weight"].shape[0],
        "down_block_types": [
            "CrossAttnDownBlock2D" if attending else "DownBlock2D" for attending in attends
        ],
        "up_block_types": [
            "CrossAttnUpBlock2D" if attending else "UpBlock2D" for attending in reversed(attends)
        ],
        "block_out_channels": widths,
        "layers_per_block": RESNETS,
        "norm_num_groups": NORM_GROUPS,
        "cross_attention_dim": looked_at,
        "attention_head_dim": [max(each // head, 1) for each in widths],
        "class_embed_type": "simple_projection",
        "projection_class_embeddings_input_dim": weights["film_emb.weight"].shape[1],
        "class_embeddings_concat": True,
    }
    names = unet_names(weights, RESNETS, transformers)
    return ConvertedPart("unet", config, renamed(weights, names, lambda: _make_unet(config)))


def _make_unet(config: Mapping[str, Any]) -> nn.Module:
    sizes = LabelUnetConfig.from_published(config)
    if sizes is None:
        raise ValueError("its denoiser has another structure than AudioLDM's")
    return LabelUnet(sizes)


def _vae(weights: Weights) -> ConvertedPart:
    vae = {name: each for name, each in below(weights, VAE).items() if name.startswith(VAE_HALVES)}
    levels = 1 + max(
        int(found[1]) for name in vae if (found := re.match(r"encoder\.down\.(\d+)\.", name))
    )
    widths = [vae[f"encoder.down.{one}.block.0.conv1.weight"].shape[0] for one in range(levels)]
    config = {
        "_class_name": "AutoencoderKL",
        "in_channels": vae["encoder.conv_in.weight"].shape[1],
        "out_channels": vae["decoder.conv_out.weight"].shape[0],
        "latent_channels": vae["post_quant_conv.weight"].shape[1],
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "block_out_channels": widths,
        "layers_per_block": RESNETS,
        "norm_num_groups": NORM_GROUPS,
        "scaling_factor": float(weights["scale_factor"]),
    }
    made = renamed(vae, vae_names(vae), lambda: _make_vae(config))
    return ConvertedPart("vae", config, made)


def _make_vae(config: Mapping[str, Any]) -> nn.Module:
    sizes = MelVaeConfig.from_published(config)
    if sizes is None:
        raise ValueError("its autoencoder has another structure than AudioLDM's")
    return MelVae(sizes)


def _vocoder(weights: Weights) -> ConvertedPart:
    vocoder = below(weights, f"{VAE}vocoder.")
    if not vocoder:
        raise ValueError("it holds no vocoder")
    bands = vocoder["conv_pre.weight"].shape[1]
    kernels = tuple(
        vocoder[f"ups.{one}.weight"].shape[-1]
        for one in range(len({name.split(".")[1] for name in vocoder if name.startswith("ups.")}))
    )
    if (bands, kernels) != (MEL_BANDS, VOCODER_KERNELS):
        raise ValueError(
            f"its vocoder takes {bands} bands with kernels {kernels}, expected {MEL_BANDS} bands "
            f"with {VOCODER_KERNELS}, those of 16 kHz"
        )
    config = {
        "model_type": "hifigan",
        "model_in_dim": bands,
        "sampling_rate": 16_000,
        "upsample_initial_channel": vocoder["conv_pre.weight"].shape[0],
        "upsample_rates": list(VOCODER_RATES),
        "upsample_kernel_sizes": list(kernels),
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "normalize_before": False,
    }
    vocoder |= {"mean": torch.zeros(bands), "scale": torch.ones(bands)}
    made = renamed(vocoder, vocoder_names(vocoder), lambda: _make_vocoder(config))
    return ConvertedPart("vocoder", config, made)


def _make_vocoder(config: Mapping[str, Any]) -> nn.Module:
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip

    return SpeechT5HifiGan(SpeechT5HifiGanConfig(**config))


def _condition_clap(weights: Weights) -> Weights:
    for prefix in CLAPS:
        if found := below(weights, prefix):
            return found
    raise ValueError(f"it holds no CLAP of its conditions ({' or '.join(CLAPS)}*)")
