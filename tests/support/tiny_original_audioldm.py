"""AudioLDM with random weights in its original one-file forms, and the networks inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from original_layout import as_laion, as_original, unet_layers, vae_layers, vocoder_layers
from tiny_clap import AUDIO, TEXT
from torch import nn

from qvim_studio.families.audioldm.conversion import VOCODER_KERNELS, VOCODER_RATES
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import (  # isort: skip
    AudioLDM2UNet2DConditionModel,
    AutoencoderKL,
    UNet2DConditionModel,
)
from transformers import ClapConfig, ClapModel  # isort: skip
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip

SCALE = 0.9
WIDTHS = (32, 64)
DEPTHS = (2, 1, 1, 1)
LIVE_SHIFT = 0.5  # of every live weight of the denoiser, where averaged ones lie beside them


@dataclass(frozen=True, eq=False)
class OriginalNetworks:
    """What the file was written from."""

    unet: nn.Module
    vae: AutoencoderKL
    vocoder: SpeechT5HifiGan
    clap: ClapModel


@cache
def original_networks(transformers: int = 1) -> OriginalNetworks:
    """transformers: behind each residual block; two in what AudioLDM's trainer makes."""
    torch.manual_seed(0)
    kinds: Any = UNet2DConditionModel if transformers == 1 else AudioLDM2UNet2DConditionModel
    unet = kinds(
        sample_size=64,
        in_channels=8,
        out_channels=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=WIDTHS,
        cross_attention_dim=WIDTHS if transformers == 1 else [[None] * transformers] * 2,
        attention_head_dim=[width * transformers // 32 for width in WIDTHS],
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=512,
        class_embeddings_concat=True,
    ).eval()
    with torch.no_grad():
        for parameter in unet.parameters():
            parameter.normal_(0.0, 0.05)  # zero-initialised branches would hide differences
    vae = AutoencoderKL(
        in_channels=1,
        out_channels=1,
        latent_channels=8,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=WIDTHS,
        layers_per_block=2,
        scaling_factor=SCALE,
    ).eval()
    vocoder = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            upsample_initial_channel=32,
            upsample_rates=list(VOCODER_RATES),
            upsample_kernel_sizes=list(VOCODER_KERNELS),
            normalize_before=False,
        )
    ).eval()
    return OriginalNetworks(unet, vae, vocoder, tiny_laion_clap())


@cache
def tiny_laion_clap(fused: bool = False) -> ClapModel:
    """With RoBERTa's epsilon, as the original has it."""
    torch.manual_seed(1)
    audio = {**AUDIO, "depths": list(DEPTHS), "enable_fusion": fused, "fusion_type": "aff_2d"}
    text = {**TEXT, "num_attention_heads": 1, "layer_norm_eps": 1e-5}
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=512)
    return ClapModel(config).eval()


def original_weights(transformers: int = 1) -> dict[str, torch.Tensor]:
    """As AudioLDM's own file has them; with two transformers, as its trainer's has them: with
    averaged weights beside shifted live ones, a CLAP in a list, another one and a loss."""
    return dict(_original_weights(transformers))


@cache
def _original_weights(transformers: int) -> dict[str, torch.Tensor]:
    made = original_networks(transformers)
    unet = as_original(
        made.unet.state_dict(),
        [*unet_layers(2, 2, transformers), ("film_emb", "class_embedding")],
        "",
    )
    vae = as_original(made.vae.state_dict(), vae_layers(2, 2), "first_stage_model.")
    vocoder = as_original(
        made.vocoder.state_dict(), vocoder_layers(5), "first_stage_model.vocoder."
    )
    clap = as_laion(made.clap.state_dict(), DEPTHS)
    clap["text_branch.embeddings.position_ids"] = torch.arange(80)[None]
    is_trainers = transformers > 1
    place = "cond_stage_models.0.model." if is_trainers else "cond_stage_model.model."
    weights = {
        **{f"model.diffusion_model.{name}": value for name, value in unet.items()},
        **vae,
        **vocoder,
        **{f"{place}{name}": value for name, value in clap.items()},
        "scale_factor": torch.tensor(SCALE),
        "logvar": torch.zeros(1000),
    }
    if is_trainers:
        for name, value in unet.items():
            weights[f"model_ema.diffusion_model{name.replace('.', '')}"] = value
            weights[f"model.diffusion_model.{name}"] = value + LIVE_SHIFT
        weights["model_ema.decay"] = torch.tensor(0.9999)
        weights["first_stage_model.loss.logvar"] = torch.zeros(1)
        weights["clap.model.text_projection.0.weight"] = torch.zeros(7, 7)
    return weights


def write_original(path: Path, transformers: int = 1) -> Path:
    """A file as it is published, or as the trainer writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": original_weights(transformers), "global_step": 3}, path)
    return path
