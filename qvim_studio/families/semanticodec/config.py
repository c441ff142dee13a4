"""The layout and the settings of a folder with SemantiCodec's networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Layout
from qvim_studio.core.text.json_text import number_of
from qvim_studio.families.converted_folder import read_part_config, unreadable_config
from qvim_studio.families.diffusers_folder import class_name_of

CLASS_NAME = "SemantiCodec"  # of model_index.json
ENCODER, UNET, VAE, VOCODER = "encoder", "unet", "vae", "vocoder"
LAYOUT = Layout(INDEX_FILE, (ENCODER, UNET, VAE, VOCODER))

SAMPLE_RATE_HZ = 16_000
STEP_SAMPLES = 2560  # 0.16 s, a column of patches: 16 mel frames of 10 ms
PATCH_ROWS = 8  # of a column: 128 mel bands in patches of 16
OVERLAP_SHARE = 16  # two windows of the decoder share one part in 16: 0.64 s of 10.24
STEP_FRAMES = 16  # mel frames of a column
STEP_LATENTS = 4  # latent frames of a column: 16 mel frames, 4 of them each
MEL_BANDS, LATENT_CHANNELS, LATENT_BINS = 64, 8, 16
POSITION_WIDTH = 192  # of the sines behind each pair of features
HEAD_CHANNELS = 32  # of the UNet's attention
UNET_LEVELS = (1, 2, 3, 5)
VAE_LEVELS = (1, 2, 4)
# Neighboring patches in frequency for each token, by tokens (of both kinds) a second.
STACKED = {100: 1, 50: 2}


@dataclass(frozen=True)
class EncoderConfig:
    """width, depth, heads: of AudioMAE. averaged: number of its last layers whose outputs are
    averaged. window_steps: columns that encoder and decoder see at once, 64 as published (10.24 s).
    stacked: patches of one token. lstm_layers: of the residual encoder. semantic,
    acoustic: numbers of tokens of each kind."""

    width: int
    depth: int
    heads: int
    averaged: int
    window_steps: int
    stacked: int
    lstm_layers: int
    semantic: int
    acoustic: int

    @property
    def features(self) -> int:
        """Numbers that one token stands for."""
        return self.width * self.stacked

    @property
    def tokens_per_step(self) -> int:
        """Pairs of tokens of 0.16 s."""
        return PATCH_ROWS // self.stacked

    @property
    def overlap_steps(self) -> int:
        """Columns that two windows of the decoder share."""
        return max(self.window_steps // OVERLAP_SHARE, 1)

    @property
    def token_rate(self) -> int:
        """Tokens of both kinds a second, as the published folders are called."""
        return 100 // self.stacked


def unet_config(width: int, context: int) -> dict[str, Any]:
    """Of diffusers' AudioLDM2UNet2DConditionModel: behind each residual block a self-attention and
    a cross-attention over the tokens. context: numbers of one token with its position."""
    return {
        "sample_size": 64,
        "in_channels": LATENT_CHANNELS,
        "out_channels": LATENT_CHANNELS,
        "down_block_types": ["DownBlock2D", *["CrossAttnDownBlock2D"] * 3],
        "up_block_types": [*["CrossAttnUpBlock2D"] * 3, "UpBlock2D"],
        "block_out_channels": [width * level for level in UNET_LEVELS],
        "layers_per_block": 2,
        "cross_attention_dim": [[None, context]] * len(UNET_LEVELS),
        "attention_head_dim": [max(width * level // HEAD_CHANNELS, 1) for level in UNET_LEVELS],
    }


def vae_config(width: int, scale: float) -> dict[str, Any]:
    """Of diffusers' AutoencoderKL; AudioLDM's."""
    levels = len(VAE_LEVELS)
    return {
        "in_channels": 1,
        "out_channels": 1,
        "latent_channels": LATENT_CHANNELS,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "block_out_channels": [width * level for level in VAE_LEVELS],
        "layers_per_block": 2,
        "scaling_factor": scale,
    }


def vocoder_config(width: int) -> dict[str, Any]:
    """Of transformers' SpeechT5HifiGan; AudioLDM's."""
    return {
        "model_in_dim": MEL_BANDS,
        "sampling_rate": SAMPLE_RATE_HZ,
        "upsample_initial_channel": width,
        "upsample_rates": [5, 4, 2, 2, 2],
        "upsample_kernel_sizes": [16, 16, 8, 4, 4],
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "normalize_before": False,
    }


def recognizes(folder: Path) -> bool:
    return class_name_of(folder) == CLASS_NAME


def read_encoder_config(folder: Path) -> EncoderConfig:
    """Raises CheckpointError if a value is absent or out of range."""
    fields = read_part_config(folder, ENCODER)
    try:
        return encoder_config(fields)
    except ValueError as error:
        raise unreadable_config(folder, ENCODER, error) from error


def encoder_config(fields: Mapping[str, Any]) -> EncoderConfig:
    """Raises ValueError if a value is absent or out of range."""
    names = EncoderConfig.__dataclass_fields__
    values = {name: int(number_of(fields, name, 0, 1, 1 << 20)) for name in names}
    config = EncoderConfig(**values)
    if 0 in values.values() or config.stacked not in STACKED.values():
        raise ValueError("a size is absent or unknown")
    if config.width % config.heads or config.averaged > config.depth:
        raise ValueError("its sizes do not fit each other")
    return config
