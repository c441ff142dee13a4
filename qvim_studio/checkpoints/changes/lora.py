"""LoRA files: low-rank changes of a UNet's weights, by the names that several trainers give them.

Hu et al., "LoRA: Low-rank adaptation of large language models" (2022): a weight W becomes
W + strength · (alpha / rank) · up · down. peft calls the two matrices ``lora_A`` and ``lora_B``,
kohya's scripts and diffusers ``lora_down`` and ``lora_up``. LoHa and LoKr have the names of LyCORIS
(see checkpoints.changes.weight_changes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from qvim_studio.checkpoints.changes.lora_names import KOHYA, PREFIXES, LayerNames
from qvim_studio.checkpoints.changes.loras import PEFT_CONFIG
from qvim_studio.checkpoints.changes.weight_changes import (
    HadamardPair,
    KroneckerPair,
    LowRankPair,
    WeightChange,
)
from qvim_studio.checkpoints.conversion import SAFETENSORS, Weights, read_original
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, parse_json, read_json, text_of

DIFFUSERS_METADATA = "lora_adapter_metadata"  # in the header of diffusers' file
OF_WORDS = re.compile(r"lora_te\d?_|text_encoder|.*\.text_model\.")
MATRIX = re.compile(
    r"(?P<layer>.+?)(?:\.processor)?[._]"
    r"(?:lora_(?P<peft>[AB])(?:\.[\w-]+)?|(?:(?P<attention>to_\w+?)_)?lora[._](?P<side>down|up))"
    r"\.weight"
)
LYCORIS = re.compile(
    r"(?P<layer>.+?)\.(?P<method>hada|lokr)_(?P<part>w[12](?:_[ab])?|t[12])(?:\.weight)?"
)
ALPHA = re.compile(r"(?P<layer>.+)\.alpha")
# Parts of the names that other methods give.
OTHERS = ("lora_mid", "dora_scale", "lora_magnitude_vector", "oft_blocks")
METHODS = {"hada": HadamardPair, "lokr": KroneckerPair}
LOHA_PARTS = frozenset({"w1_a", "w1_b", "w2_a", "w2_b"})
MOST_ALPHA = 1e6


@dataclass(frozen=True, eq=False)
class LoraFile:
    """A whole file. pairs: by the names of layers. trainer: the program whose form the file has.
    base: the checkpoint that peft names as trained on. unused: number of tensors of the text tower,
    which are left out."""

    pairs: Mapping[str, WeightChange]
    trainer: str
    base: str = ""
    unused: int = 0

    @property
    def summary(self) -> str:
        """Such as "LoRA of peft, rank 8 on 32 layers"."""
        kinds = " and ".join(dict.fromkeys(pair.kind for pair in self.pairs.values()))
        ranks = sorted({pair.rank for pair in self.pairs.values() if pair.rank})
        many = f"ranks {ranks[0]} to {ranks[-1]}" if ranks else "whole factors"
        rank = f"rank {ranks[0]}" if len(ranks) == 1 else many
        left = f" ({self.unused} tensors of the text tower are left out)" if self.unused else ""
        return f"{kinds} of {self.trainer}, {rank} on {len(self.pairs)} layers{left}"


def is_lora(names: Iterable[str]) -> bool:
    """Whether tensors of these names are low-rank changes, including refused kinds."""
    forms = (MATRIX, LYCORIS)
    return any(
        any(form.fullmatch(name) for form in forms) or any(each in name for each in OTHERS)
        for name in names
    )


def base_of_lora(source: Path) -> str:
    """The repository or folder that peft names as the base of a file; empty without a name."""
    try:
        config = as_object(read_json(source.with_name(PEFT_CONFIG)))
        return text_of(config, "base_model_name_or_path", "")
    except (OSError, ValueError):
        return ""


def read_lora(source: Path, layers: Iterable[str]) -> LoraFile:
    """The changes in a file. layers: names of the base's layers, with dots.

    Raises CheckpointError for a damaged file, another method, or layers that the base has not.
    """
    stored = read_original(source)
    if strange := next((n for n in stored if any(each in n for each in OTHERS)), ""):
        raise CheckpointError(
            f"{source} holds {strange}, expected LoRA, LoHa or LoKr. DoRA, OFT and LoRA with a "
            "middle matrix are not read; train or convert it as plain LoRA."
        )
    try:
        return _paired(stored, list(layers), _alphas(source), base_of_lora(source))
    except (ValueError, OSError, SafetensorError) as error:
        raise CheckpointError(
            f"The LoRA {source} cannot be used ({reason_of(error)}). Choose the base that it was "
            "trained on, or another file."
        ) from error


def _paired(stored: Weights, layers: list[str], config: Mapping[str, Any], base: str) -> LoraFile:
    names = LayerNames(layers)
    parts: dict[tuple[str, str], dict[str, torch.Tensor]] = {}
    alphas: dict[str, float] = {}
    unused, trainer = 0, "diffusers"
    for name, value in stored.items():
        if OF_WORDS.match(name):
            unused += 1
            continue
        matrix, lycoris = MATRIX.fullmatch(name), LYCORIS.fullmatch(name)
        found = matrix or lycoris or ALPHA.fullmatch(name)
        if found is None:
            raise ValueError(f"{name} is no tensor of a LoRA")
        if name.startswith(KOHYA):
            trainer = "kohya's scripts"
        elif name.startswith(PREFIXES[0]):
            trainer = "peft"
        layer = names.find(found["layer"], (matrix and matrix["attention"]) or "")
        if matrix is not None:
            side = "down" if "A" in (matrix["peft"] or "") or matrix["side"] == "down" else "up"
            parts.setdefault((layer, "lora"), {})[side] = value
        elif lycoris is not None:
            parts.setdefault((layer, lycoris["method"]), {})[lycoris["part"]] = value
        elif value.numel() != 1:
            raise ValueError(f"{name} holds {value.numel()} numbers, expected one")
        else:
            alphas[layer] = float(value)
    if not parts:
        raise ValueError("it changes nothing of a UNet")
    pairs = {
        layer: _change(layer, method, own, alphas.get(layer), config)
        for (layer, method), own in parts.items()
    }
    if len(pairs) < len(parts):
        raise ValueError("it changes a layer in two ways")
    return LoraFile(pairs, trainer, base, unused)


def _change(
    layer: str,
    method: str,
    parts: Mapping[str, torch.Tensor],
    alpha: float | None,
    config: Mapping[str, Any],
) -> WeightChange:
    """Raises ValueError for parts that do not make a change."""
    if any(part.ndim < 2 or not part.numel() for part in parts.values()):
        raise ValueError(f"{layer} is changed by something that is no matrix")
    if method == "lora" and len(parts) < 2:
        raise ValueError(f"{layer} has one matrix of two")
    if (method == "hada" and not parts.keys() >= LOHA_PARTS) or (
        method == "lokr" and not _are_both_factors(parts)
    ):
        raise ValueError(f"{layer} has not all of its matrices")
    if method == "lora":
        change: WeightChange = LowRankPair(1.0, parts["down"], parts["up"])
    else:
        change = METHODS[method](1.0, parts)
    # Two whole factors of LoKr have no rank, and LyCORIS then has no scale.
    rank = change.rank or int(number_of(config, "r", 0.0, 0.0, MOST_ALPHA))
    if not rank:
        return change
    alpha = _stated_alpha(config, layer, rank) if alpha is None or not change.rank else alpha
    return replace(change, scale=alpha / (rank**0.5 if config.get("use_rslora") is True else rank))


def _are_both_factors(parts: Mapping[str, torch.Tensor]) -> bool:
    return all(
        f"w{number}" in parts or {f"w{number}_a", f"w{number}_b"} <= parts.keys() for number in "12"
    )


def _stated_alpha(config: Mapping[str, Any], layer: str, rank: int) -> float:
    """The alpha of a layer in the configuration; the rank without one."""
    if not config:
        return rank
    patterns = as_object(config.get("alpha_pattern") or {})
    own = [key for key in patterns if layer == key or layer.endswith(f".{key}")]
    if own:
        return number_of(patterns, own[0], float(rank), 0.0, MOST_ALPHA)
    name = "alpha" if "alpha" in config else "lora_alpha"  # as peft calls it for LoHa and LoKr
    return number_of(config, name, float(rank), 0.0, MOST_ALPHA)


def _alphas(source: Path) -> dict[str, Any]:
    """peft's configuration, from beside the file or from diffusers' header; empty without both."""
    path = source.with_name(PEFT_CONFIG)
    if path.is_file():
        return as_object(read_json(path))
    if source.suffix != SAFETENSORS:
        return {}
    with safe_open(source, framework="pt") as file:
        stored_text = (file.metadata() or {}).get(DIFFUSERS_METADATA)
    if not stored_text:
        return {}
    return {
        key.removeprefix("unet."): value
        for key, value in as_object(parse_json(stored_text)).items()
        if not key.startswith("text_encoder")
    }
