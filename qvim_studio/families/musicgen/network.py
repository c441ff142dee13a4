"""MusicGen's transformer over codes, with cached keys and values.

Copet et al. 2023, "Simple and Controllable Music Generation", section 2: one embedding and one head
for each codebook; words and melody come in front of the codes (MusicGen-Melody) or are attended to
in layers of their own. Names are those of transformers' files (``own_names``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from qvim_studio.families.musicgen.shape import BACKBONE, MusicgenShape

HEADS = "decoder.lm_heads."
PREFIXES = ("decoder.", "enc_to_dec_proj.", "audio_enc_to_dec_proj.")  # of the tensors loaded here
SLOWEST_PERIOD = 10_000.0  # of the sinusoidal positions (Vaswani et al. 2017, section 3.5)


@dataclass(eq=False)
class Read:
    """Keys and values of all tokens so far, and of the words where the network attends to them.

    keys, values: (layers, rows, heads, room, head width); the first ``count`` tokens are filled.
    words: for each layer, (rows, heads, words, head width) twice. words_mask: bool
    (rows, 1, 1, words), False for padding.
    """

    keys: torch.Tensor
    values: torch.Tensor
    count: int = 0
    words: list[tuple[torch.Tensor, torch.Tensor]] | None = None
    words_mask: torch.Tensor | None = None


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.q_proj = nn.Linear(width, width, bias=False)
        self.out_proj = nn.Linear(width, width, bias=False)
        self._heads = heads

    def keys_and_values(self, given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(rows, tokens, width) → (rows, heads, tokens, head width) twice."""
        return self._split(self.k_proj(given)), self._split(self.v_proj(given))

    def forward(
        self,
        given: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        mask: torch.Tensor | None = None,
        *,
        is_causal: bool = False,
    ) -> torch.Tensor:
        made = functional.scaled_dot_product_attention(
            self._split(self.q_proj(given)), keys, values, attn_mask=mask, is_causal=is_causal
        )
        return self.out_proj(made.transpose(1, 2).flatten(2))

    def _split(self, given: torch.Tensor) -> torch.Tensor:
        return given.unflatten(2, (self._heads, -1)).transpose(1, 2)


class _Layer(nn.Module):
    def __init__(self, shape: MusicgenShape) -> None:
        super().__init__()
        width = shape.width
        self.self_attn = _Attention(width, shape.heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if not shape.has_melody:
            self.encoder_attn = _Attention(width, shape.heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, shape.feed_forward, bias=False)
        self.fc2 = nn.Linear(shape.feed_forward, width, bias=False)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: torch.Tensor, number: int, read: Read | None) -> torch.Tensor:
        normed = self.self_attn_layer_norm(hidden)
        keys, values = self.self_attn.keys_and_values(normed)
        count = hidden.shape[1]
        if read is not None:
            end = read.count + count
            read.keys[number, :, :, read.count : end] = keys
            read.values[number, :, :, read.count : end] = values
            keys, values = read.keys[number, :, :, :end], read.values[number, :, :, :end]
        hidden = hidden + self.self_attn(normed, keys, values, is_causal=count > 1)
        if read is not None and read.words is not None:
            normed = self.encoder_attn_layer_norm(hidden)
            hidden = hidden + self.encoder_attn(normed, *read.words[number], read.words_mask)
        return hidden + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(hidden))))


class CodeTransformer(nn.Module):
    """The codes so far and their condition → logits of the next codes."""

    def __init__(self, shape: MusicgenShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.embed_tokens = nn.ModuleList(
            [nn.Embedding(shape.vocabulary + 1, width) for _ in range(shape.codebooks)]
        )
        self.layers = nn.ModuleList([_Layer(shape) for _ in range(shape.layers)])
        self.layer_norm = nn.LayerNorm(width)
        self.lm_heads = nn.ModuleList(
            [nn.Linear(width, shape.vocabulary, bias=False) for _ in range(shape.codebooks)]
        )
        if shape.text_width != width:
            self.enc_to_dec_proj = nn.Linear(shape.text_width, width)
        if shape.has_melody and shape.chroma_bins != width:
            self.audio_enc_to_dec_proj = nn.Linear(shape.chroma_bins, width)
        self.recomputes = False  # layers in the backward pass, to keep fewer activations

    @property
    def dtype(self) -> torch.dtype:
        return self.layer_norm.weight.dtype

    def words(self, states: torch.Tensor) -> torch.Tensor:
        """The text encoder's states (pieces, text width) → tokens (pieces, width)."""
        return self.enc_to_dec_proj(states) if hasattr(self, "enc_to_dec_proj") else states

    def melody(self, chroma: torch.Tensor) -> torch.Tensor:
        """Chroma (12, frames) → tokens (frames, width)."""
        has_own = hasattr(self, "audio_enc_to_dec_proj")
        return self.audio_enc_to_dec_proj(chroma.T) if has_own else chroma.T

    def room(self, rows: int, tokens: int, device: torch.device) -> Read:
        """An empty cache for ``tokens`` tokens in each of ``rows`` rows."""
        shape = self.shape
        size = (shape.layers, rows, shape.heads, tokens, shape.width // shape.heads)
        keys = torch.empty(size, dtype=self.dtype, device=device)
        return Read(keys, torch.empty_like(keys))

    def read_words(self, read: Read, states: torch.Tensor, mask: torch.Tensor) -> None:
        """Add words for every layer's attention: states (rows, words, width), mask bool (rows,
        words), False for padding."""
        layers = [layer for layer in self.layers if isinstance(layer, _Layer)]
        read.words = [layer.encoder_attn.keys_and_values(states) for layer in layers]
        read.words_mask = mask[:, None, None]

    def embedded(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes int64 (rows, codebooks, columns) → embeddings (rows, columns, width)."""
        found = [table(codes[:, number]) for number, table in enumerate(self.embed_tokens)]
        return torch.stack(found).sum(dim=0)

    def forward(self, given: torch.Tensor, read: Read | None = None) -> torch.Tensor:
        """Embeddings (rows, tokens, width) after the tokens read so far → states of the same shape.

        The cache takes up the tokens. The first call with a cache may bring many tokens, every
        further call one; otherwise ValueError is raised.
        """
        begin = 0 if read is None else read.count
        if begin and given.shape[1] != 1:
            raise ValueError(f"expected one token behind {begin}, got {given.shape[1]}")
        hidden = given + self._positions(begin, given)
        for number, layer in enumerate(self.layers):
            if self.recomputes:
                hidden = checkpoint(layer, hidden, number, read, use_reentrant=False)
            else:
                hidden = layer(hidden, number, read)
        if read is not None:
            read.count += given.shape[1]
        return self.layer_norm(hidden)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """States (rows, tokens, width) → logits (rows, codebooks, tokens, vocabulary)."""
        return torch.stack([head(states) for head in self.lm_heads], dim=1)

    def _positions(self, begin: int, given: torch.Tensor) -> torch.Tensor:
        half = self.shape.width // 2
        steps = torch.arange(half, device=given.device, dtype=torch.float32)
        rates = torch.exp(steps * -(math.log(SLOWEST_PERIOD) / (half - 1)))
        at = torch.arange(begin, begin + given.shape[1], device=given.device, dtype=torch.float32)
        angles = at[:, None] * rates
        return torch.cat([angles.cos(), angles.sin()], dim=1).to(given.dtype)


def own_names(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors under PREFIXES in a published file, renamed to our names.

    Position tables in older files are dropped, because positions are computed.
    """
    names = {
        name: name.replace(BACKBONE, "", 1)
        if name.startswith(BACKBONE)
        else name.replace(HEADS, "lm_heads.", 1)
        for name in weights
        if not name.startswith(f"{BACKBONE}embed_positions.")
    }
    return {own: weights[name] for name, own in names.items()}
