"""AudioLDM's VAE: log-mels into latents and back.

Kingma & Welling, "Auto-encoding variational Bayes" (2014), as in Liu et al., "AudioLDM" (2023). It
reads the published files of diffusers' AutoencoderKL and computes the same without that library,
for all configurations that ``from_published`` accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn

from qvim_studio.networks.grid_blocks import Doubling, GridAttention, Halving, ResidualBlock

NORM_EPS = 1e-6
# Other values that a published configuration may hold beside those of MelVaeConfig.
FIXED = {"act_fn": "silu", "latents_mean": None, "latents_std": None, "shift_factor": None}


@dataclass(frozen=True)
class MelVaeConfig:
    """Sizes of the network. widths: of the levels, the finest first. layers: residual blocks of a
    level of the encoder; one more in the decoder. scaling_factor: brings latents to unit variance.
    has_quant, has_post_quant: a 1 x 1 convolution behind the encoder, before the decoder.
    """

    in_channels: int
    out_channels: int
    latent_channels: int
    widths: tuple[int, ...]
    layers: int
    groups: int
    scaling_factor: float
    has_attention: bool
    has_quant: bool
    has_post_quant: bool

    @classmethod
    def from_published(cls, config: Mapping[str, Any]) -> MelVaeConfig | None:
        """The sizes in the ``config.json`` of an AutoencoderKL; None for a configuration that this
        network does not support."""
        if any(config.get(name, value) != value for name, value in FIXED.items()):
            return None
        kinds = {"down_block_types": "DownEncoderBlock2D", "up_block_types": "UpDecoderBlock2D"}
        if any(set(config[name]) != {kind} for name, kind in kinds.items()):
            return None
        return cls(
            in_channels=config["in_channels"],
            out_channels=config["out_channels"],
            latent_channels=config["latent_channels"],
            widths=tuple(config["block_out_channels"]),
            layers=config["layers_per_block"],
            groups=config["norm_num_groups"],
            scaling_factor=config["scaling_factor"],
            has_attention=config.get("mid_block_add_attention", True),
            has_quant=config.get("use_quant_conv", True),
            has_post_quant=config.get("use_post_quant_conv", True),
        )


class EncoderLevel(nn.Module):
    """Residual blocks of one resolution, followed by a halving except at the coarsest level."""

    def __init__(self, widths: tuple[int, ...], number: int, layers: int, groups: int) -> None:
        super().__init__()
        self.resnets = _blocks(widths, number, layers, groups)
        halvings = [Halving(widths[number], padding=0)] if number < len(widths) - 1 else []
        self.downsamplers = nn.ModuleList(halvings)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        for layer in (*self.resnets, *self.downsamplers):
            hidden = layer(hidden)
        return hidden


class DecoderLevel(nn.Module):
    """Residual blocks of one resolution, followed by a doubling except at the finest level."""

    def __init__(self, widths: tuple[int, ...], number: int, layers: int, groups: int) -> None:
        super().__init__()
        self.resnets = _blocks(widths, number, layers, groups)
        doublings = [Doubling(widths[number])] if number < len(widths) - 1 else []
        self.upsamplers = nn.ModuleList(doublings)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        for layer in (*self.resnets, *self.upsamplers):
            hidden = layer(hidden)
        return hidden


def _blocks(widths: tuple[int, ...], number: int, layers: int, groups: int) -> nn.ModuleList:
    """The residual blocks of one level; the first takes the width of the level before."""
    width = widths[number]
    inputs = [widths[max(number - 1, 0)], *[width] * (layers - 1)]
    return nn.ModuleList(ResidualBlock(one, width, groups, NORM_EPS) for one in inputs)


class CoderMiddle(nn.Module):
    """Two residual blocks; attention between them where the network has any."""

    def __init__(self, config: MelVaeConfig) -> None:
        super().__init__()
        width, groups = config.widths[-1], config.groups
        self.resnets = nn.ModuleList(
            ResidualBlock(width, width, groups, NORM_EPS) for _ in range(2)
        )
        attention = GridAttention(width, groups, NORM_EPS) if config.has_attention else None
        self.attentions = nn.ModuleList(cast("list[nn.Module]", [attention]))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        hidden = self.resnets[0](hidden)
        for attention in self.attentions:
            hidden = hidden if attention is None else attention(hidden)
        return self.resnets[1](hidden)


class MelEncoder(nn.Module):
    """Log-mel (batch, in_channels, frames, bands) → twice the latent channels, coarser."""

    def __init__(self, config: MelVaeConfig) -> None:
        super().__init__()
        widths, groups = config.widths, config.groups
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            EncoderLevel(widths, number, config.layers, groups) for number in range(len(widths))
        )
        self.mid_block = CoderMiddle(config)
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], NORM_EPS)
        self.conv_act = nn.SiLU()
        self.conv_out = nn.Conv2d(widths[-1], 2 * config.latent_channels, 3, padding=1)

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        hidden = self.conv_in(log_mel)
        for level in self.down_blocks:
            hidden = level(hidden)
        return self.conv_out(self.conv_act(self.conv_norm_out(self.mid_block(hidden))))


class MelDecoder(nn.Module):
    """Latents (batch, channels, frames, bins) → log-mel (batch, out_channels, frames, bands)."""

    def __init__(self, config: MelVaeConfig) -> None:
        super().__init__()
        widths, groups = config.widths[::-1], config.groups
        self.conv_in = nn.Conv2d(config.latent_channels, widths[0], 3, padding=1)
        self.mid_block = CoderMiddle(config)
        self.up_blocks = nn.ModuleList(
            DecoderLevel(widths, number, config.layers + 1, groups) for number in range(len(widths))
        )
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], NORM_EPS)
        self.conv_act = nn.SiLU()
        self.conv_out = nn.Conv2d(widths[-1], config.out_channels, 3, padding=1)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        hidden = self.mid_block(self.conv_in(latents))
        for level in self.up_blocks:
            hidden = level(hidden)
        return self.conv_out(self.conv_act(self.conv_norm_out(hidden)))


@dataclass(frozen=True, eq=False)
class Posterior:
    """The distribution of the latents that an encoder predicts: mean and spread."""

    mean: torch.Tensor

    def mode(self) -> torch.Tensor:
        """The most likely latents."""
        return self.mean


@dataclass(frozen=True, eq=False)
class EncodedMel:
    """Answer of ``MelVae.encode``, named as diffusers' is."""

    latent_dist: Posterior


@dataclass(frozen=True, eq=False)
class DecodedMel:
    """Answer of ``MelVae.decode``, named as in diffusers."""

    sample: torch.Tensor


class MelVae(nn.Module):
    """Log-mel (batch, 1, frames, bands) ↔ latents, coarser by 2 to the number of levels less one.

    It has the interface of diffusers' network, for inference, without the spread of the latents.
    """

    def __init__(self, config: MelVaeConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.latent_channels
        self.encoder = MelEncoder(config)
        self.decoder = MelDecoder(config)
        self.quant_conv = nn.Conv2d(2 * channels, 2 * channels, 1) if config.has_quant else None
        self.post_quant_conv = nn.Conv2d(channels, channels, 1) if config.has_post_quant else None

    def encode(self, log_mel: torch.Tensor) -> EncodedMel:
        moments = self.encoder(log_mel)
        if self.quant_conv is not None:
            moments = self.quant_conv(moments)
        return EncodedMel(Posterior(moments.chunk(2, dim=1)[0]))

    def decode(self, latents: torch.Tensor) -> DecodedMel:
        if self.post_quant_conv is not None:
            latents = self.post_quant_conv(latents)
        return DecodedMel(self.decoder(latents))
