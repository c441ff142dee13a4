"""Builds SemantiCodec's networks from their settings."""

from __future__ import annotations

from typing import Any

from qvim_studio.families.semanticodec.config import encoder_config
from qvim_studio.families.semanticodec.encoder import TokenEncoder
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import AudioLDM2UNet2DConditionModel, AutoencoderKL  # isort: skip
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig  # isort: skip


def make_encoder(config: dict[str, Any]) -> TokenEncoder:
    return TokenEncoder(encoder_config(config))


def make_unet(config: dict[str, Any]) -> AudioLDM2UNet2DConditionModel:
    return AudioLDM2UNet2DConditionModel.from_config(config)


def make_vae(config: dict[str, Any]) -> AutoencoderKL:
    return AutoencoderKL.from_config(config)


def make_vocoder(config: dict[str, Any]) -> SpeechT5HifiGan:
    return SpeechT5HifiGan(SpeechT5HifiGanConfig(**config))
