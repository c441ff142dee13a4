"""CLAP's text tower: tokens → one vector in the space of its sounds.

A RoBERTa (Liu et al. 2019) and a projection (Wu et al., "Large-scale contrastive language-audio
pretraining", 2023). It reads the published files of transformers' ClapTextModelWithProjection and
computes the same without that library, for all configurations that ``from_published`` accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

MODEL_TYPE = "clap_text_model"
# Constants that some versions store beside the weights.
COUNTERS = ("text_model.embeddings.position_ids", "text_model.embeddings.token_type_ids")
FIXED = {"hidden_act": "gelu", "projection_hidden_act": "relu", "model_type": MODEL_TYPE}


@dataclass(frozen=True)
class ClapTextConfig:
    """Sizes of the network. The defaults are those of the published towers, whose files leave usual
    values out."""

    vocab_size: int = 50265
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 514
    type_vocab_size: int = 1
    layer_norm_eps: float = 1e-12
    projection_dim: int = 512
    pad_token_id: int = 1

    @classmethod
    def from_published(cls, config: Mapping[str, Any]) -> ClapTextConfig | None:
        """The sizes in the ``config.json`` of a ClapTextModelWithProjection; None for a
        configuration that this network does not support."""
        if config.get("model_type") != MODEL_TYPE:
            return None
        if any(config.get(name, value) != value for name, value in FIXED.items()):
            return None
        names = cls.__dataclass_fields__
        return cls(**{name: config[name] for name in names if config.get(name) is not None})


class TokenEmbeddings(nn.Module):
    """The embeddings of tokens and of their positions."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        width, nothing = config.hidden_size, config.pad_token_id
        self.nothing = nothing
        self.word_embeddings = _table(config.vocab_size, width, nothing)
        self.position_embeddings = _table(config.max_position_embeddings, width, nothing)
        self.token_type_embeddings = _table(config.type_vocab_size, width, None)
        self.LayerNorm = nn.LayerNorm(width, config.layer_norm_eps)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens (batch, count) without padding; positions are counted from the one after
        padding."""
        places = torch.arange(tokens.shape[1], device=tokens.device) + self.nothing + 1
        kinds = torch.zeros_like(tokens)
        embedded = self.word_embeddings(tokens) + self.token_type_embeddings(kinds)
        return self.LayerNorm(embedded + self.position_embeddings(places)[None])


def _table(rows: int, width: int, nothing: int | None) -> nn.Embedding:
    """An embedding whose weights are assigned later; drawing numbers on the meta device would
    import torch's compiler, which takes seconds."""
    return nn.Embedding.from_pretrained(torch.zeros(rows, width), padding_idx=nothing)


class TokenProjections(nn.Module):
    """Queries, keys and values of the tokens."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)


class NormedOutput(nn.Module):
    """A linear layer whose output is added to the residual and normalized."""

    def __init__(self, width_in: int, config: ClapTextConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(width_in, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, hidden: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(self.dense(hidden) + before)


class TokenAttention(nn.Module):
    """Every token attends to all."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.add_module("self", TokenProjections(config.hidden_size))
        self.output = NormedOutput(config.hidden_size, config)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        batch, count, _ = tokens.shape
        own = cast("TokenProjections", self.get_submodule("self"))
        query, key, value = (
            layer(tokens).view(batch, count, self.heads, -1).transpose(1, 2)
            for layer in (own.query, own.key, own.value)
        )
        # Written out as in transformers, because the fused kernel rounds differently.
        scores = (query @ key.transpose(2, 3)) * query.shape[-1] ** -0.5
        seen = scores.softmax(dim=-1) @ value
        return self.output(seen.transpose(1, 2).reshape(batch, count, -1), tokens)


class HiddenLayer(nn.Module):
    """A linear layer under its published name."""

    def __init__(self, width_in: int, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width_in, width)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.dense(given)


class TextLayer(nn.Module):
    """Attention, then a network of one hidden layer."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.attention = TokenAttention(config)
        self.intermediate = HiddenLayer(config.hidden_size, config.intermediate_size)
        self.output = NormedOutput(config.intermediate_size, config)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = self.attention(tokens)
        return self.output(functional.gelu(self.intermediate(tokens)), tokens)


class LayerStack(nn.Module):
    """All layers of a tower."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.layer = nn.ModuleList(TextLayer(config) for _ in range(config.num_hidden_layers))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        for layer in self.layer:
            tokens = layer(tokens)
        return tokens


class TextEncoder(nn.Module):
    """Tokens (batch, count) → the last state of the first token (batch, hidden_size)."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.embeddings = TokenEmbeddings(config)
        self.encoder = LayerStack(config)
        self.pooler = HiddenLayer(config.hidden_size, config.hidden_size)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.pooler(self.encoder(self.embeddings(tokens))[:, 0]))


class TextProjection(nn.Module):
    """The projection into the space that words and sounds share."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.linear1 = nn.Linear(config.hidden_size, config.projection_dim)
        self.linear2 = nn.Linear(config.projection_dim, config.projection_dim)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.linear2(functional.relu(self.linear1(hidden)))


class ClapTextTower(nn.Module):
    """Tokens (batch, count) of texts of one length, without padding → (batch, projection_dim)."""

    def __init__(self, config: ClapTextConfig) -> None:
        super().__init__()
        self.config = config
        self.text_model = TextEncoder(config)
        self.text_projection = TextProjection(config)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.text_projection(self.text_model(tokens))
