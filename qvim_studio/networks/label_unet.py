"""AudioLDM's denoiser: a UNet whose residual blocks are shifted by one vector, its "class label".

Ronneberger et al., "U-Net" (2015), as in Liu et al., "AudioLDM" (2023). It reads the published
files of diffusers' UNet2DConditionModel and computes the same without that library, for all
configurations that ``from_published`` accepts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

from qvim_studio.networks.grid_blocks import Doubling, GridTransformer, Halving, ResidualBlock

LONGEST_PERIOD = 10_000  # of the sinusoids that tell the timestep
DOWN_KINDS = {"DownBlock2D": False, "CrossAttnDownBlock2D": True}  # whether a level attends
UP_KINDS = {"UpBlock2D": False, "CrossAttnUpBlock2D": True}
# Other values that a published configuration may hold beside those of LabelUnetConfig.
FIXED = {
    "act_fn": "silu",
    "addition_embed_type": None,
    "attention_type": "default",
    "center_input_sample": False,
    "class_embed_type": "simple_projection",
    "class_embeddings_concat": True,
    "conv_in_kernel": 3,
    "conv_out_kernel": 3,
    "cross_attention_norm": None,
    "downsample_padding": 1,
    "dual_cross_attention": False,
    "encoder_hid_dim_type": None,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "mid_block_only_cross_attention": None,
    "mid_block_scale_factor": 1,
    "mid_block_type": "UNetMidBlock2DCrossAttn",
    "num_attention_heads": None,
    "only_cross_attention": False,
    "resnet_out_scale_factor": 1.0,
    "resnet_skip_time_act": False,
    "resnet_time_scale_shift": "default",
    "reverse_transformer_layers_per_block": None,
    "time_cond_proj_dim": None,
    "time_embedding_act_fn": None,
    "time_embedding_dim": None,
    "time_embedding_type": "positional",
    "timestep_post_act": None,
    "transformer_layers_per_block": 1,
    "upcast_attention": False,
    "use_linear_projection": False,
}


@dataclass(frozen=True)
class LabelUnetConfig:
    """Sizes of the network. widths, attends, heads: of the levels, the finest first.

    heads: of the attention. layers: residual blocks of a level on the way down; one more on the
    way up. label_dim: of the vector that steers. transformers: their number behind each residual
    block of a level that attends; two in checkpoints of AudioLDM's trainer.
    """

    in_channels: int
    out_channels: int
    widths: tuple[int, ...]
    attends: tuple[bool, ...]
    heads: tuple[int, ...]
    layers: int
    groups: int
    norm_eps: float
    label_dim: int
    transformers: int = 1

    @classmethod
    def from_published(cls, config: Mapping[str, Any]) -> LabelUnetConfig | None:
        """The sizes in the ``config.json`` of a UNet2DConditionModel; None for a configuration that
        this network does not support."""
        if any(config.get(name, value) != value for name, value in FIXED.items()):
            return None
        if not {"class_embed_type", "class_embeddings_concat"} <= config.keys():
            return None
        widths = tuple(config["block_out_channels"])
        down, up = config["down_block_types"], config["up_block_types"]
        if not set(down) <= DOWN_KINDS.keys() or not set(up) <= UP_KINDS.keys():
            return None
        attends = tuple(DOWN_KINDS[kind] for kind in down)
        if tuple(UP_KINDS[kind] for kind in up) != attends[::-1]:
            return None
        looked_at = _each(config.get("cross_attention_dim"), len(widths))
        counts = {len(dim) if isinstance(dim, list | tuple) else 1 for dim in looked_at}
        has_own = len(counts) == 1 and all(
            set(_each(dim, 1)) <= {None, width}
            for dim, width, level in zip(looked_at, widths, (*attends[:-1], True), strict=True)
            if level
        )
        layers = set(_each(config["layers_per_block"], len(widths)))
        if not has_own or len(layers) != 1 or config.get("norm_num_groups") is None:
            return None
        return cls(
            in_channels=config["in_channels"],
            out_channels=config["out_channels"],
            widths=widths,
            attends=attends,
            heads=_each(config["attention_head_dim"], len(widths)),
            layers=layers.pop(),
            groups=config["norm_num_groups"],
            norm_eps=config.get("norm_eps", 1e-5),
            label_dim=config["projection_class_embeddings_input_dim"],
            transformers=counts.pop(),
        )


class StepEmbedding(nn.Module):
    """Sinusoids of a timestep → its embedding for the residual blocks."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(width_in, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, sinusoids: torch.Tensor) -> torch.Tensor:
        return self.linear_2(functional.silu(self.linear_1(sinusoids)))


class Level(nn.Module):
    """Blocks of one resolution, with either ``downsamplers`` or ``upsamplers`` to the next, or
    neither."""

    def __init__(
        self, inputs: list[int], width: int, heads: int | None, config: LabelUnetConfig
    ) -> None:
        """inputs: channels of each residual block's input. heads: None for no attention."""
        super().__init__()
        condition_width = 2 * condition_half(config)
        self.resnets = nn.ModuleList(
            ResidualBlock(width_in, width, config.groups, config.norm_eps, condition_width)
            for width_in in inputs
        )
        self.attentions = nn.ModuleList()
        if heads is not None:
            count = len(inputs) * config.transformers
            self.attentions.extend(
                GridTransformer(width, heads, config.groups) for _ in range(count)
            )
        self.transformers = config.transformers
        self.downsamplers = nn.ModuleList()
        self.upsamplers = nn.ModuleList()

    def block(self, number: int, given: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        hidden = self.resnets[number](given, condition)
        begin = number * self.transformers
        for transformer in self.attentions[begin : begin + self.transformers]:
            hidden = transformer(hidden)
        return hidden


class MiddleLevel(nn.Module):
    """Two residual blocks with attention between them, at the lowest resolution."""

    def __init__(self, config: LabelUnetConfig) -> None:
        super().__init__()
        width, condition_width = config.widths[-1], 2 * condition_half(config)
        self.resnets = nn.ModuleList(
            ResidualBlock(width, width, config.groups, config.norm_eps, condition_width)
            for _ in range(2)
        )
        self.attentions = nn.ModuleList(
            GridTransformer(width, config.heads[-1], config.groups)
            for _ in range(config.transformers)
        )

    def forward(self, given: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        hidden = self.resnets[0](given, condition)
        for transformer in self.attentions:
            hidden = transformer(hidden)
        return self.resnets[1](hidden, condition)


class LabelUnet(nn.Module):
    """Noisy latents (batch, in_channels, frames, bins), a timestep and labels (batch, label_dim) →
    prediction (batch, out_channels, frames, bins). Frames and bins are multiples of 2 to the
    number of levels less one."""

    def __init__(self, config: LabelUnetConfig) -> None:
        super().__init__()
        self.config = config
        widths, half = config.widths, condition_half(config)
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.time_embedding = StepEmbedding(widths[0], half)
        self.class_embedding = nn.Linear(config.label_dim, half)
        self.down_blocks = nn.ModuleList()
        kept = [widths[0]]  # channels of the skip values for the way up
        for number, width in enumerate(widths):
            inputs = [widths[max(number - 1, 0)], *[width] * (config.layers - 1)]
            level = Level(inputs, width, self._heads(number), config)
            kept += [width] * config.layers
            if number < len(widths) - 1:
                level.downsamplers.append(Halving(width, padding=1))
                kept.append(width)
            self.down_blocks.append(level)
        self.mid_block = MiddleLevel(config)
        self.up_blocks = nn.ModuleList()
        before = widths[-1]
        for number in reversed(range(len(widths))):
            width = widths[number]
            carried = [before, *[width] * config.layers]
            level = Level([own + kept.pop() for own in carried], width, self._heads(number), config)
            if number > 0:
                level.upsamplers.append(Doubling(width))
            self.up_blocks.append(level)
            before = width
        self.conv_norm_out = nn.GroupNorm(config.groups, widths[0], config.norm_eps)
        self.conv_out = nn.Conv2d(widths[0], config.out_channels, 3, padding=1)

    @property
    def dtype(self) -> torch.dtype:
        return self.conv_norm_out.weight.dtype

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def widen_input(self, entrance: nn.Module, in_channels: int) -> None:
        """Replace the first layer by one that takes ``in_channels`` channels."""
        self.conv_in = entrance
        self.config = replace(self.config, in_channels=in_channels)

    def forward(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: None = None,
        *,
        class_labels: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """As diffusers' network, but always returns a tuple of one.

        timestep: () or (batch,).
        """
        sinusoids = step_sinusoids(timestep.expand(len(sample)), self.config.widths[0])
        time = self.time_embedding(sinusoids.to(sample.dtype))
        condition = torch.cat([time, self.class_embedding(class_labels).to(sample.dtype)], dim=-1)
        hidden = self.conv_in(sample)
        kept = [hidden]
        for level in cast("Iterable[Level]", self.down_blocks):
            for number in range(self.config.layers):
                hidden = level.block(number, hidden, condition)
                kept.append(hidden)
            for halving in level.downsamplers:
                hidden = halving(hidden)
                kept.append(hidden)
        hidden = self.mid_block(hidden, condition)
        for level in cast("Iterable[Level]", self.up_blocks):
            for number in range(self.config.layers + 1):
                hidden = level.block(number, torch.cat([hidden, kept.pop()], dim=1), condition)
            for doubling in level.upsamplers:
                hidden = doubling(hidden)
        return (self.conv_out(functional.silu(self.conv_norm_out(hidden))),)

    def _heads(self, number: int) -> int | None:
        return self.config.heads[number] if self.config.attends[number] else None


def condition_half(config: LabelUnetConfig) -> int:
    """Width of the embeddings of timestep and label, which the blocks get side by side."""
    return 4 * config.widths[0]


def step_sinusoids(timesteps: torch.Tensor, width: int) -> torch.Tensor:
    """(batch,) → cosines and sines (batch, width) of the timesteps, float32 (Ho et al., "Denoising
    diffusion probabilistic models", 2020, appendix B)."""
    half = width // 2
    exponents = -math.log(LONGEST_PERIOD) * torch.arange(
        half, dtype=torch.float32, device=timesteps.device
    )
    angles = timesteps[:, None].float() * torch.exp(exponents / half)[None]
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def _each(value: Any, count: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,) * count
