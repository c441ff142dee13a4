"""Blocks of denoisers of latents and coders of mels, named as in diffusers' files.

All data are grids (batch, channels, frames, bins). The attributes' names are the keys of the
published weights (``resnets.0.conv1.weight``), so files load as they are.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

TRANSFORMER_NORM_EPS = 1e-6  # of a transformer's group norm, whatever the network's own is
EXPANSION = 4  # of a transformer's hidden layer


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut; between them the condition shifts the channels.

    condition_width: width of the condition that is projected onto the channels; None without one.
    """

    output_scale_factor = 1.0

    def __init__(
        self, width_in: int, width: int, groups: int, eps: float, condition_width: int | None = None
    ) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, width_in, eps)
        self.conv1 = nn.Conv2d(width_in, width, 3, padding=1)
        self.time_emb_proj = None if condition_width is None else nn.Linear(condition_width, width)
        self.norm2 = nn.GroupNorm(groups, width, eps)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.conv_shortcut = None if width_in == width else nn.Conv2d(width_in, width, 1)

    def forward(self, given: torch.Tensor, condition: torch.Tensor | None = None) -> torch.Tensor:
        """condition: (batch, condition_width)."""
        hidden = self.conv1(functional.silu(self.norm1(given)))
        if self.time_emb_proj is not None and condition is not None:
            hidden = hidden + self.time_emb_proj(functional.silu(condition))[:, :, None, None]
        hidden = self.conv2(functional.silu(self.norm2(hidden)))
        if self.conv_shortcut is not None:
            given = self.conv_shortcut(given)
        return given + hidden


class Halving(nn.Module):
    """Half as many frames and bins.

    padding: 1 on every side; 0 pads only after the last frame and bin, as a VAE does.
    """

    def __init__(self, width: int, padding: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride=2, padding=padding)
        self._pads_ends = padding == 0

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.conv(functional.pad(given, (0, 1, 0, 1)) if self._pads_ends else given)


class Doubling(nn.Module):
    """Twice as many frames and bins."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.conv(functional.interpolate(given, scale_factor=2.0, mode="nearest"))


class SelfAttention(nn.Module):
    """Every place of a sequence (batch, places, width) attends to all (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int, *, has_bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=has_bias)
        self.to_k = nn.Linear(width, width, bias=has_bias)
        self.to_v = nn.Linear(width, width, bias=has_bias)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        batch, places, width = given.shape
        query, key, value = (
            project(given).view(batch, places, self.heads, -1).transpose(1, 2)
            for project in (self.to_q, self.to_k, self.to_v)
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        return self.to_out[0](seen.transpose(1, 2).reshape(batch, places, width))


class GridAttention(SelfAttention):
    """Self-attention with one head over the places of a grid, beside a shortcut, as in a VAE's
    middle."""

    def __init__(self, width: int, groups: int, eps: float) -> None:
        super().__init__(width, heads=1, has_bias=True)
        self.group_norm = nn.GroupNorm(groups, width, eps)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        batch, width, frames, bins = given.shape
        places = self.group_norm(given.view(batch, width, frames * bins)).transpose(1, 2)
        seen = super().forward(places)
        return seen.transpose(1, 2).reshape(batch, width, frames, bins) + given


class GatedLinear(nn.Module):
    """A linear layer whose second half gates the first (Shazeer, "GLU variants", 2020)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * hidden)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        hidden, gate = self.proj(given).chunk(2, dim=-1)
        return hidden * functional.gelu(gate)


class GatedNetwork(nn.Module):
    """The feed-forward network after attention in a transformer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        hidden = EXPANSION * width
        layers = [GatedLinear(width, hidden), nn.Identity(), nn.Linear(hidden, width)]
        self.net = nn.ModuleList(layers)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        for layer in self.net:
            given = layer(given)
        return given


class TwofoldTransformerBlock(nn.Module):
    """Two self-attentions: where other models attend to words, AudioLDM attends to itself again."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = SelfAttention(width, heads, has_bias=False)
        self.norm2 = nn.LayerNorm(width)
        self.attn2 = SelfAttention(width, heads, has_bias=False)
        self.norm3 = nn.LayerNorm(width)
        self.ff = GatedNetwork(width)

    def forward(self, places: torch.Tensor) -> torch.Tensor:
        places = self.attn1(self.norm1(places)) + places
        places = self.attn2(self.norm2(places)) + places
        return self.ff(self.norm3(places)) + places


class GridTransformer(nn.Module):
    """Transformer blocks over the places of a grid, beside a shortcut."""

    def __init__(self, width: int, heads: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, width, TRANSFORMER_NORM_EPS)
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([TwofoldTransformerBlock(width, heads)])
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        batch, width, frames, bins = given.shape
        hidden = self.proj_in(self.norm(given))
        places = hidden.permute(0, 2, 3, 1).reshape(batch, frames * bins, width)
        for block in self.transformer_blocks:
            places = block(places)
        hidden = places.reshape(batch, frames, bins, width).permute(0, 3, 1, 2).contiguous()
        return self.proj_out(hidden) + given
