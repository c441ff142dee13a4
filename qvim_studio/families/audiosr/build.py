"""Builds AudioSR's networks from their settings."""

from __future__ import annotations

from typing import Any

from torch import nn

from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import AudioLDM2UNet2DConditionModel, AutoencoderKL  # isort: skip
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip


class ConditionEncoder(nn.Module):
    """The half of an autoencoder that makes latents. With the names of an AutoencoderKL."""

    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        self.encoder = vae.encoder
        self.quant_conv = vae.quant_conv

    def forward(self, log_mel: Any) -> Any:
        """Log-mel (1, 1, frames, bands) → mean and log-variance beside each other,
        (1, 2 * channels, frames / 8, bands / 8)."""
        return self.quant_conv(self.encoder(log_mel))


def make_unet(config: dict[str, Any]) -> AudioLDM2UNet2DConditionModel:
    return AudioLDM2UNet2DConditionModel.from_config(config)


def make_vae(config: dict[str, Any]) -> AutoencoderKL:
    return AutoencoderKL.from_config(config)


def make_condition_encoder(config: dict[str, Any]) -> ConditionEncoder:
    return ConditionEncoder(make_vae(config))


def make_vocoder(config: dict[str, Any]) -> SpeechT5HifiGan:
    return SpeechT5HifiGan(SpeechT5HifiGanConfig(**config))
