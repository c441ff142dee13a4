"""The layout of a folder with AudioSR's networks, and their configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Layout
from qvim_studio.core.options import Option, Role
from qvim_studio.families.diffusers_folder import class_name_of
from qvim_studio.families.upscaling import KNOWN_HZ

FAMILY_ID = "audiosr"
CLASS_NAME = "AudioSR"  # of model_index.json
CONDITION_FOLDER = "condition_encoder"  # where the condition has an encoder of its own
LAYOUT = Layout(INDEX_FILE, ("unet", "vae", "vocoder"), (), (CONDITION_FOLDER,))

RATE_HZ = 48_000
HOP = 480  # samples of a mel frame
LATENT_SAMPLES = 8 * HOP
CANVAS_LATENTS = 64  # that the UNet was trained on: 5.12 s
CANVAS_SAMPLES = CANVAS_LATENTS * LATENT_SAMPLES
MEL_BANDS = 256
REACH_HZ = 24_000.0
HEAD_CHANNELS = 32  # of the UNet's attention
UNET_LEVELS = (1, 2, 3, 5)  # block widths as multiples of the width
VAE_LEVELS = (1, 2, 4, 8)

# Published defaults: 50 steps of the command line, guidance 3.5 of the configuration.
OPTIONS = (
    Option("steps", "Steps", 50, Role.QUALITY, 5, 200, 1),
    Option("guidance", "Guidance", 3.5, Role.ADHERENCE, 1.0, 10.0, 0.1),
    Option(KNOWN_HZ, "Real up to", 0.0, Role.EXPERT, 0.0, REACH_HZ, 100.0, unit=" Hz"),
)


def unet_config(width: int, latent_channels: int) -> dict[str, Any]:
    """Of diffusers' AudioLDM2UNet2DConditionModel; two self-attentions behind each residual block.

    The original splits the attention into heads of 32 channels each.
    """
    return {
        "sample_size": CANVAS_LATENTS,
        "in_channels": 2 * latent_channels,
        "out_channels": latent_channels,
        "down_block_types": ["DownBlock2D", *["CrossAttnDownBlock2D"] * 3],
        "up_block_types": [*["CrossAttnUpBlock2D"] * 3, "UpBlock2D"],
        "block_out_channels": [width * level for level in UNET_LEVELS],
        "layers_per_block": 2,
        "cross_attention_dim": [[None, None]] * len(UNET_LEVELS),
        "attention_head_dim": [max(width * level // HEAD_CHANNELS, 1) for level in UNET_LEVELS],
    }


def vae_config(width: int, latent_channels: int, scale: float) -> dict[str, Any]:
    """Of diffusers' AutoencoderKL. scale: brings latents to unit variance."""
    levels = len(VAE_LEVELS)
    return {
        "in_channels": 1,
        "out_channels": 1,
        "latent_channels": latent_channels,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "block_out_channels": [width * level for level in VAE_LEVELS],
        "layers_per_block": 2,
        "scaling_factor": scale,
    }


def vocoder_config(width: int) -> dict[str, Any]:
    """Of transformers' SpeechT5HifiGan. width: channels behind the first convolution."""
    return {
        "model_in_dim": MEL_BANDS,
        "sampling_rate": RATE_HZ,
        "upsample_initial_channel": width,
        "upsample_rates": [6, 5, 4, 2, 2],
        "upsample_kernel_sizes": [12, 10, 8, 4, 4],
        "resblock_kernel_sizes": [3, 7, 11, 15],
        "resblock_dilation_sizes": [[1, 3, 5]] * 4,
        "normalize_before": False,
    }


def recognizes(folder: Path) -> bool:
    """Whether a folder holds AudioSR as the studio stores it, by its index."""
    return class_name_of(folder) == CLASS_NAME
