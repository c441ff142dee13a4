"""The SAME coder of Stable Audio 3, which turns stereo sound into latents and back, in two sizes.

A transformer works on segments of 16 patches of sound and one new token. For encoding, the new
token becomes the latent; for decoding, 16 new tokens after the latent become patches ("Stable Audio
3", arXiv 2605.17991, section 2.1). The small coder (SAME-S) attends within chunks of two segments,
which lie one segment further in the second half of its layers. The large one (SAME-L) attends one
segment's length to either side. Names of parameters are the published ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from qvim_studio.networks.coders.same_config import SameConfig
from qvim_studio.networks.pieces import decoded_in_pieces, encoded_in_pieces, pieces_of

ROTARY_BASE = 10_000  # Su et al. 2021, section 3.2.2
ALPHA = 4.0  # initial value of a DynamicTanh; loaded weights replace it
PIECE_LATENTS = 128  # 11.9 s: longer sounds are coded in pieces of this length
# Of a piece, at either end. Every layer of SAME-L looks one latent further, 12 in all, and SAME-S
# looks 3 around, so pieces equal the whole. Even, as chunks of two latents begin.
MARGIN_LATENTS = 16


class SameCoder(nn.Module):
    """audio: (batch, channels, samples); latents: (batch, channels, latents) of unit variance."""

    def __init__(self, config: SameConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _Encoder(config)
        self.decoder = _Decoder(config)
        self.bottleneck = _SoftNorm(config.latent_channels)

    @property
    def dtype(self) -> torch.dtype:
        """The type of the weights, and so of the input."""
        return self.bottleneck.bias.dtype

    def encode(self, audio: torch.Tensor) -> torch.Tensor:
        """Latents of sound; silence completes the last one."""
        config = self.config
        latents = math.ceil(audio.shape[-1] / config.samples_per_latent)
        audio = functional.pad(audio, (0, -audio.shape[-1] % config.patch))
        batch, channels, _ = audio.shape
        patches = audio.reshape(batch, channels, -1, config.patch).transpose(2, 3)
        patches = patches.reshape(batch, config.patch_channels, -1)
        return self.bottleneck.encode(self.encoder(patches))[..., :latents]

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Sound of ``samples_per_latent`` samples for each latent."""
        config = self.config
        count = latents.shape[-1]
        latents = functional.pad(latents, (0, -count % (config.chunk or 1)))
        patches = self.decoder(self.bottleneck.decode(latents))
        batch = len(patches)
        audio = patches.reshape(batch, config.audio_channels, config.patch, -1).transpose(2, 3)
        return audio.reshape(batch, config.audio_channels, -1)[
            ..., : count * config.samples_per_latent
        ]

    def encode_in_pieces(
        self,
        audio: torch.Tensor,
        before_piece: Callable[[], None] = lambda: None,
        *,
        piece: int = PIECE_LATENTS,
        margin: int = MARGIN_LATENTS,
    ) -> torch.Tensor:
        """The latents of ``encode``, computed at most ``piece`` at a time.

        before_piece: may raise to stop. margin: number of latents to either side on which
        a latent depends.
        """
        ratio = self.config.samples_per_latent
        pieces = pieces_of(math.ceil(audio.shape[-1] / ratio), piece, margin)
        return encoded_in_pieces(self.encode, audio, ratio, pieces, before_piece)

    def decode_in_pieces(
        self,
        latents: torch.Tensor,
        before_piece: Callable[[], None] = lambda: None,
        *,
        piece: int = PIECE_LATENTS,
        margin: int = MARGIN_LATENTS,
    ) -> torch.Tensor:
        """The sound of ``decode``, computed from at most ``piece`` latents at a time."""
        ratio = self.config.samples_per_latent
        pieces = pieces_of(latents.shape[-1], piece, margin)
        return decoded_in_pieces(self.decode, latents, ratio, pieces, before_piece)


class _Encoder(nn.Module):
    def __init__(self, config: SameConfig) -> None:
        super().__init__()
        # Numbers as published; the layers between have no weights.
        self.layers = nn.ModuleDict(
            {
                "0": _Resampling(config, is_encoder=True),
                "2": nn.Linear(config.width, config.latent_channels),
            }
        )

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """(batch, patch channels, patches) → (batch, latent channels, latents)."""
        tokens = self.layers["0"](patches).transpose(1, 2)
        return self.layers["2"](tokens).transpose(1, 2)


class _Decoder(nn.Module):
    def __init__(self, config: SameConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(
            {
                "1": nn.Linear(config.latent_channels, config.width),
                "3": _Resampling(config, is_encoder=False),
            }
        )

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """(batch, latent channels, latents) → (batch, patch channels, patches)."""
        return self.layers["3"](self.layers["1"](latents.transpose(1, 2)).transpose(1, 2))


class _SoftNorm(nn.Module):
    """Brings latents to unit variance."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scaling_factor = nn.Parameter(torch.ones(1, channels, 1))
        self.bias = nn.Parameter(torch.zeros(1, channels, 1))
        self.running_std = nn.Parameter(torch.ones(1))

    def encode(self, latents: torch.Tensor) -> torch.Tensor:
        return (latents * self.scaling_factor + self.bias) / self.running_std

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        return latents * self.running_std


class _Resampling(nn.Module):
    """Patches to latents, or latents to patches, by a transformer with new tokens."""

    def __init__(self, config: SameConfig, *, is_encoder: bool) -> None:
        super().__init__()
        self._config = config
        self._is_encoder = is_encoder
        inputs, outputs = config.patch_channels, config.width
        if not is_encoder:
            inputs, outputs = outputs, inputs
        self.mapping = _NormalizedConv(inputs, outputs, 1 if is_encoder else config.decoder_kernel)
        self.new_tokens = nn.Parameter(torch.zeros(1, 1, config.width))
        sine_from = config.layers + 1 - (0 if is_encoder else config.sine_layers)
        self.transformers = nn.ModuleList(
            [_Layer(config, has_sine=number >= sine_from) for number in range(config.layers)]
        )

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self._read(given) if self._is_encoder else self._write(given)

    def _read(self, patches: torch.Tensor) -> torch.Tensor:
        config = self._config
        whole = config.stride * (config.chunk or 1)
        # Silence is mapped as well, because the layer has a bias.
        patches = self.mapping(functional.pad(patches, (0, -patches.shape[-1] % whole)))
        batch = len(patches)
        segments = patches.transpose(1, 2).reshape(-1, config.stride, config.width)
        tokens = self._transform(torch.cat([segments, self._new(len(segments), 1)], dim=1), batch)
        return tokens[:, :, -1].transpose(1, 2)

    def _write(self, latents: torch.Tensor) -> torch.Tensor:
        config = self._config
        batch = len(latents)
        segments = latents.transpose(1, 2).reshape(-1, 1, config.width)
        new = self._new(len(segments), config.stride)
        tokens = self._transform(torch.cat([segments, new], dim=1), batch)
        return self.mapping(tokens[:, :, 1:].flatten(1, 2).transpose(1, 2))

    def _new(self, segments: int, count: int) -> torch.Tensor:
        return self.new_tokens.expand(segments, count, -1)

    def _transform(self, segments: torch.Tensor, batch: int) -> torch.Tensor:
        """(batch * segments, tokens, width) → (batch, segments, tokens, width)."""
        config = self._config
        tokens = segments.reshape(batch, -1, config.width)
        if config.chunk is None:
            for layer in self.transformers:
                tokens = layer(tokens, config.segment)
        else:
            half, size = len(self.transformers) // 2, config.chunk * config.segment
            shift = size // 2
            tokens = self._within_chunks(tokens, size, 0, half)
            # The second half of the layers sees chunks that lie half a chunk earlier; what is at
            # either end stands there twice.
            tokens = torch.cat([tokens[:, :shift], tokens, tokens[:, -shift:]], dim=1)
            tokens = self._within_chunks(tokens, size, half, len(self.transformers))
            tokens = tokens[:, shift:-shift]
        return tokens.reshape(batch, -1, config.segment, config.width)

    def _within_chunks(self, tokens: torch.Tensor, size: int, first: int, end: int) -> torch.Tensor:
        chunks = tokens.reshape(-1, size, tokens.shape[-1])
        for layer in self.transformers[first:end]:
            chunks = layer(chunks, None)
        return chunks.reshape(tokens.shape)


class _NormalizedConv(nn.Module):
    """A convolution whose weight is a direction and a length (Salimans & Kingma 2016, eq. 2)."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(outputs, 1, 1))
        self.weight_v = nn.Parameter(
            torch.randn(outputs, inputs, kernel) / math.sqrt(inputs * kernel)
        )
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        direction = self.weight_v.float()
        length = self.weight_g.float() / direction.norm(dim=(1, 2), keepdim=True)
        weight = (direction * length).to(given.dtype)
        return functional.conv1d(given, weight, self.bias, padding=weight.shape[-1] // 2)


class _DynamicTanh(nn.Module):
    """Stands in for a norm (Zhu et al., "Transformers without Normalization", 2025, eq. 2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.full((1,), ALPHA))
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.gamma * torch.tanh(self.alpha * given) + self.beta


class _Layer(nn.Module):
    def __init__(self, config: SameConfig, *, has_sine: bool) -> None:
        super().__init__()
        width = config.width
        self.pre_norm = _DynamicTanh(width)
        self.self_attn = _DifferentialAttention(width, config.head_channels)
        self.ff_norm = _DynamicTanh(width)
        self.ff = _FeedForward(width, width * config.feed_forward, has_sine=has_sine)

    def forward(self, tokens: torch.Tensor, reach: int | None) -> torch.Tensor:
        """(batch, tokens, width). reach: tokens to either side that are attended to; None: all."""
        tokens = tokens + self.self_attn(self.pre_norm(tokens), reach)
        return tokens + self.ff(self.ff_norm(tokens))


class _DifferentialAttention(nn.Module):
    """The difference of two attentions over the same values ("Differential Transformer", Ye et al.
    2024, eq. 1, with a weight of 1), with normed queries and keys and half of a head rotated."""

    def __init__(self, width: int, head_channels: int) -> None:
        super().__init__()
        self._head_channels = head_channels
        self.to_qkv = nn.Linear(width, 5 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)
        self.q_norm = _DynamicTanh(head_channels)
        self.k_norm = _DynamicTanh(head_channels)

    def forward(self, tokens: torch.Tensor, reach: int | None) -> torch.Tensor:
        # As published: queries, keys and values of the first attention, then queries and keys of
        # the second.
        parts = [
            part.unflatten(-1, (-1, self._head_channels)).transpose(1, 2)
            for part in self.to_qkv(tokens).chunk(5, dim=-1)
        ]
        angles = rotary_angles(tokens.shape[1], self._head_channels // 2, tokens.device)
        queries, keys = (
            [rotated(norm(parts[number]), angles) for number in numbers]
            for norm, numbers in ((self.q_norm, (0, 3)), (self.k_norm, (1, 4)))
        )
        first, second = (
            attention(query, key, parts[2], reach) for query, key in zip(queries, keys, strict=True)
        )
        return self.to_out((first - second).transpose(1, 2).flatten(2))


class _FeedForward(nn.Module):
    """A gated layer (Shazeer 2020, eq. 6), some of whose gates are ``sin(pi x)``."""

    def __init__(self, width: int, inner: int, *, has_sine: bool) -> None:
        super().__init__()
        gated = _Gated(width, inner, has_sine=has_sine)
        self.ff = nn.ModuleDict({"0": gated, "2": nn.Linear(inner, width)})

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.ff["2"](self.ff["0"](tokens))


class _Gated(nn.Module):
    def __init__(self, width: int, inner: int, *, has_sine: bool) -> None:
        super().__init__()
        self._has_sine = has_sine
        self.proj = nn.Linear(width, 2 * inner)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        values, gates = self.proj(tokens).chunk(2, dim=-1)
        return values * (torch.sin(math.pi * gates) if self._has_sine else functional.silu(gates))


def rotary_angles(tokens: int, channels: int, device: torch.device) -> torch.Tensor:
    """(tokens, channels): of each position, in float32 (Su et al. 2021, eq. 15)."""
    exponents = torch.arange(0, channels, 2, device=device, dtype=torch.float32) / channels
    angles = torch.outer(
        torch.arange(tokens, device=device, dtype=torch.float32), ROTARY_BASE**-exponents
    )
    return torch.cat([angles, angles], dim=-1)


def rotated(heads: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Heads (batch, heads, tokens, channels), the first channels of which are turned."""
    turned, rest = heads.split([angles.shape[-1], heads.shape[-1] - angles.shape[-1]], dim=-1)
    wide = turned.float()
    first, second = wide.chunk(2, dim=-1)
    wide = wide * angles.cos() + torch.cat([-second, first], dim=-1) * angles.sin()
    return torch.cat([wide.to(heads.dtype), rest], dim=-1)


def attention(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, reach: int | None
) -> torch.Tensor:
    """(batch, heads, tokens, channels) each. reach: tokens to either side that each one sees, of
    which their number is a multiple; None: all. Time and memory grow with the tokens, not with
    their square: blocks of ``reach`` tokens see their neighbours alone."""
    if reach is None:
        return functional.scaled_dot_product_attention(queries, keys, values)
    blocks = queries.shape[2] // reach
    seen = [
        functional.pad(part, (0, 0, reach, reach)).unfold(2, 3 * reach, reach).transpose(-1, -2)
        for part in (keys, values)
    ]
    own = torch.arange(reach, device=queries.device)[:, None]
    other = torch.arange(3 * reach, device=queries.device) - reach
    at = torch.arange(blocks, device=queries.device)[:, None, None] * reach + other
    is_seen = ((other - own).abs() <= reach) & (at >= 0) & (at < blocks * reach)
    blocked = functional.scaled_dot_product_attention(
        queries.unflatten(2, (blocks, reach)), *seen, attn_mask=is_seen
    )
    return blocked.flatten(2, 3)
