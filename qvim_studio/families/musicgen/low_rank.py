"""Low-rank changes of MusicGen's layers (LoRA), learned beside frozen weights and added to them.

Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models", section 4.1. Files have the
layout of peft, so adapters are exchanged with other programs in both directions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, read_json
from qvim_studio.families.musicgen.network import HEADS, CodeTransformer
from qvim_studio.families.musicgen.shape import BACKBONE
from qvim_studio.memory.stored_weights import StoredLayer

LOW_RANK_FOLDER = "lora"  # beside the weights of a checkpoint
CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model."  # of peft's names
MAX_RANK = 1024


@dataclass(frozen=True)
class LowRankOptions:
    """The size of the changes. rank: of each change. alpha: a change is scaled by alpha / rank.
    dropout: share of a layer's inputs, 0..1, that its change does not see during training."""

    rank: int = 16
    alpha: float = 16.0
    dropout: float = 0.05


class LowRankChange(nn.Module):
    """The change of one linear layer, added to the layer's output; zero before training."""

    def __init__(self, ins: int, outs: int, options: LowRankOptions) -> None:
        super().__init__()
        self.lora_A = nn.Linear(ins, options.rank, bias=False)
        self.lora_B = nn.Linear(options.rank, outs, bias=False)
        self.dropout = nn.Dropout(options.dropout)
        self._scale = options.alpha / options.rank
        nn.init.kaiming_uniform_(self.lora_A.weight, a=math.sqrt(5))
        nn.init.zeros_(self.lora_B.weight)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        seen = self.dropout(given.to(self.lora_A.weight.dtype))
        return (self._scale * self.lora_B(self.lora_A(seen))).to(given.dtype)


class LowRankChanges(nn.Module):
    """The changes of all layers. names: the layers' published names."""

    def __init__(self, names: tuple[str, ...], changes: list[LowRankChange]) -> None:
        super().__init__()
        self.names = names
        self.changes = nn.ModuleList(changes)


class _Changed(nn.Module):
    def __init__(self, layer: nn.Module, change: LowRankChange) -> None:
        super().__init__()
        self.layer = layer
        self._change = (change,)  # in a tuple, so that its weights are not registered

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.layer(given) + self._change[0](given)


def add_changes(transformer: CodeTransformer, options: LowRankOptions) -> LowRankChanges:
    """Add a change beside every linear layer of a network, whose own weights stay unchanged.

    The layers may be stored in few bits.
    """
    names, changes = [], []
    for name, layer, ins, outs in list(_linear_layers(transformer)):
        change = LowRankChange(ins, outs, options)
        parent, _, own = name.rpartition(".")
        holder = transformer.get_submodule(parent)
        if isinstance(holder, nn.ModuleList):
            holder[int(own)] = _Changed(layer, change)
        else:
            setattr(holder, own, _Changed(layer, change))
        names.append(published_name(name))
        changes.append(change)
    return LowRankChanges(tuple(names), changes)


def _linear_layers(network: nn.Module) -> Iterator[tuple[str, nn.Module, int, int]]:
    """Name, layer, inputs and outputs."""
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Linear):
            yield name, layer, layer.in_features, layer.out_features
        elif isinstance(layer, StoredLayer):
            outs, ins = layer.stored.shape
            yield name, layer, ins, outs


def published_name(name: str) -> str:
    """The name of a layer in transformers' nesting."""
    if name.startswith("lm_heads."):
        return name.replace("lm_heads.", HEADS, 1)
    return name if "enc_to_dec_proj" in name else f"{BACKBONE}{name}"


def save_changes(
    changes: LowRankChanges, options: LowRankOptions, base_id: str, folder: Path
) -> None:
    """Write changes in peft's layout. base_id: the checkpoint that they change."""
    weights = {
        f"{PREFIX}{name}.{part}.weight": getattr(change, part).weight.detach().cpu().contiguous()
        for name, change in zip(changes.names, changes.changes, strict=True)
        for part in ("lora_A", "lora_B")
    }
    save_file(weights, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    config = {
        "peft_type": "LORA",
        "base_model_name_or_path": base_id,
        "r": options.rank,
        "lora_alpha": options.alpha,
        "lora_dropout": options.dropout,
        "target_modules": sorted(changes.names),
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "task_type": None,
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1), encoding="utf-8")


@torch.no_grad()
def merge_changes(transformer: CodeTransformer, folder: Path) -> None:
    """Add the changes in a folder of peft's layout to the weights.

    Raises CheckpointError for damaged files and for changes of another kind or network.
    """
    try:
        config = as_object(read_json(folder / CONFIG_FILE))
        scale = _scale_of(config)
        weights = _named_pairs(_stored(folder))
        for name, (first, second, is_table) in weights.items():
            layer = transformer.get_submodule(name)
            delta = second @ first
            delta = delta.T if is_table else delta
            weight = layer.get_parameter("weight")
            if delta.shape != weight.shape:
                raise ValueError(f"{name} is changed by {tuple(delta.shape)}")
            weight.add_((scale * delta).to(weight.device, weight.dtype))
    except Exception as error:  # safetensors and torch raise whatever their parsers raise
        reason = reason_of(error) if isinstance(error, OSError | ValueError) else str(error)
        raise CheckpointError(
            f"The changes in {folder} do not fit this checkpoint or are damaged ({reason[:160]}). "
            "Copy them again, or remove the folder."
        ) from error


def _stored(folder: Path) -> dict[str, torch.Tensor]:
    weights = load_file(folder / WEIGHTS_FILE)
    return {name.removeprefix(PREFIX): value.float() for name, value in weights.items()}


def _scale_of(config: Mapping[str, Any]) -> float:
    if config.get("peft_type") != "LORA" or config.get("use_dora"):
        raise ValueError(f"its kind is {config.get('peft_type')}, expected plain LORA")
    if config.get("rank_pattern") or config.get("alpha_pattern"):
        raise ValueError("layers have ranks of their own, expected one for all")
    rank = number_of(config, "r", 8, 1, MAX_RANK)
    alpha = number_of(config, "lora_alpha", 8.0, 0.0, 1e6)
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _named_pairs(
    weights: Mapping[str, torch.Tensor],
) -> dict[str, tuple[torch.Tensor, torch.Tensor, bool]]:
    """By our names of the layers: both factors, and whether the layer is an embedding table."""
    pairs = {}
    for name, first in weights.items():
        for kind, ending in ((False, ".lora_A.weight"), (True, ".lora_embedding_A")):
            if name.endswith(ending):
                layer = name.removesuffix(ending)
                second = weights[f"{layer}{ending.replace('_A', '_B')}"]
                own = layer.replace(HEADS, "lm_heads.", 1).removeprefix(BACKBONE)
                pairs[own] = (first, second, kind)
    if 2 * len(pairs) != len(weights) or not pairs:
        raise ValueError(f"{len(weights)} tensors make {len(pairs)} pairs")
    return pairs
