"""Converts a CLAP from its authors' form to that of transformers: names of tensors and settings.

Wu et al., "Large-scale contrastive language-audio pretraining" (2023): HTSAT encodes audio, RoBERTa
text. The sizes are read off the shapes of the tensors. AudioLDM's files hold such a CLAP
below a prefix; LAION's own files hold nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from qvim_studio.checkpoints.conversion import (
    UNFIT,
    Converted,
    ConvertedPart,
    Weights,
    below,
    millions,
    read_original,
    renamed,
)
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.clap_text import COUNTERS
from qvim_studio.networks.files.weight_names import weight_files

SOURCE = "a CLAP of LAION (such as 630k-audioset-best.pt)"
WRAPPER = "module."  # around every name, by data-parallel training
HTSAT_NAMES = {96: "HTSAT-tiny", 128: "HTSAT-base", 256: "HTSAT-large"}  # by the first width
TEXT_HEAD_WIDTH = 64  # of RoBERTa's attention
# Tensors that only the training needed, or that the sizes determine.
UNUSED = re.compile(
    r"(text|audio)_transform\.|audio_branch\.(spectrogram_extractor|logmel_extractor|tscam_conv|head)\."
    r"|.*\.attn_mask$|text_branch\.embeddings\.(position_ids|token_type_ids)$"
)
HTSAT_PARTS = (
    (r"\.norm1\.", ".layernorm_before."),
    (r"\.norm2\.", ".layernorm_after."),
    (r"\.attn\.proj\.", ".attention.output.dense."),
    (r"\.attn\.", ".attention.self."),
    (r"\.mlp\.fc1\.", ".intermediate.dense."),
    (r"\.mlp\.fc2\.", ".output.dense."),
    (r"^bn0\.", "batch_norm."),
)
AUDIO_BRANCH = "audio_branch."
READ = "text_branch."
ORIGINAL_PROJECTION = ("text_projection.0.weight", "text_projection.2.weight")
PROJECTION = ("text_projection.linear1.weight", "text_projection.linear2.weight")
# Of the spectrogram that HTSAT was trained on (LAION-AI/CLAP, model_configs/HTSAT-*.json).
EXTRACTOR = {
    "feature_extractor_type": "ClapFeatureExtractor",
    "feature_size": 64,
    "sampling_rate": 48_000,
    "hop_length": 480,
    "fft_window_size": 1024,
    "max_length_s": 10,
    "frequency_min": 50,
    "frequency_max": 14_000,
    "padding": "repeatpad",
}


def recognizes_source(source: Path) -> bool:
    """Whether a file holds a CLAP and nothing else."""
    return source.is_file() and is_clap(unwrapped(read_original(source)))


def convert_source(source: Path) -> Converted:
    """The folder of a ClapModel. Raises CheckpointError for an incomplete file."""
    weights = unwrapped(read_original(source))
    try:
        part, files = clap_part(weights, ".")
        clap_id = space_id(weights)
    except UNFIT as error:
        raise CheckpointError(
            f"{source} is not a complete CLAP ({error}). Download it again."
        ) from error
    title = clap_title(weights)
    recognized = f"{title} of LAION, {millions((part,))}."
    return Converted({}, (part,), {"title": title, "clap_id": clap_id}, files, recognized, "clap")


def unwrapped(weights: Weights) -> Weights:
    """The weights without the prefix of data-parallel training."""
    inside = below(weights, WRAPPER)
    return inside or weights


def is_clap(weights: Weights) -> bool:
    """Whether both towers are there by their original names."""
    return any(name.startswith(AUDIO_BRANCH) for name in weights) and any(
        name.startswith(READ) for name in weights
    )


def clap_title(weights: Weights) -> str:
    """The name of the audio tower, such as "HTSAT-tiny CLAP"."""
    if f"{AUDIO_BRANCH}patch_embed.proj.weight" not in weights:
        return "CLAP that reads alone"
    width = weights[f"{AUDIO_BRANCH}patch_embed.proj.weight"].shape[0]
    fused = " with fusion" if _is_fused(weights) else ""
    return f"{HTSAT_NAMES.get(width, f'HTSAT of width {width}')} CLAP{fused}"


def space_id(weights: Weights) -> str:
    """The id of the space of conditions, which is equal for all files with the same projection of
    words."""
    return _space_of(weights[name] for name in ORIGINAL_PROJECTION)


def space_of_checkpoint(folder: Path) -> str:
    """The id of the space of a checkpoint's text tower; empty without a readable one."""
    try:
        names = {name: path for path in weight_files(folder / "text_encoder") for name in _in(path)}
        return _space_of(_tensor(names[name], name) for name in PROJECTION)
    except (OSError, ValueError, KeyError, SafetensorError):
        return ""


def _space_of(projection: Iterable[torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for weight in projection:
        digest.update(weight.half().contiguous().numpy().tobytes())
    return f"clap-{digest.hexdigest()[:16]}"


def _in(path: Path) -> list[str]:
    with safe_open(path, framework="pt") as file:
        return list(file.keys())


def _tensor(path: Path, name: str) -> torch.Tensor:
    with safe_open(path, framework="pt") as file:
        return file.get_tensor(name)


def clap_part(weights: Weights, folder: str) -> tuple[ConvertedPart, dict[str, bytes]]:
    """The part with both towers, and the files beside it. folder: of the part.

    A CLAP without an audio tower becomes the text tower alone. Raises KeyError, ValueError or
    IndexError for incomplete weights.
    """
    used = {name: value for name, value in weights.items() if not UNUSED.match(name)}
    if not is_clap(used):
        used = {name: value for name, value in used.items() if name.startswith("text_")}
        config = {**text_config(used), "architectures": ["ClapTextModelWithProjection"]}
        return _part(used, folder, config, lambda: _text_tower(config)), {}
    config = {
        "architectures": ["ClapModel"],
        "model_type": "clap",
        "projection_dim": used["text_projection.2.weight"].shape[0],
        "text_config": text_config(used),
        "audio_config": audio_config(used),
    }
    part = _part(used, folder, config, lambda: _both_towers(config))
    truncation = "fusion" if _is_fused(used) else "rand_trunc"
    extractor = json.dumps({**EXTRACTOR, "truncation": truncation}, indent=2) + "\n"
    path = (Path(folder) / "preprocessor_config.json").as_posix()
    return part, {path: extractor.encode()}


def text_config(weights: Weights) -> dict[str, Any]:
    """The configuration of a ClapTextModel. The original's norms have RoBERTa's epsilon."""
    words = weights[f"{READ}embeddings.word_embeddings.weight"]
    layers = _count(weights, rf"{READ}encoder\.layer\.(\d+)\.")
    hidden = weights[f"{READ}encoder.layer.0.intermediate.dense.weight"].shape[0]
    places = weights[f"{READ}embeddings.position_embeddings.weight"].shape[0]
    return {
        "model_type": "clap_text_model",
        "vocab_size": words.shape[0],
        "hidden_size": words.shape[1],
        "num_hidden_layers": layers,
        "num_attention_heads": max(words.shape[1] // TEXT_HEAD_WIDTH, 1),
        "intermediate_size": hidden,
        "max_position_embeddings": places,
        "layer_norm_eps": 1e-5,
        "projection_dim": weights["text_projection.2.weight"].shape[0],
    }


def audio_config(weights: Weights) -> dict[str, Any]:
    """The configuration of a ClapAudioModel."""
    stages = _count(weights, rf"{AUDIO_BRANCH}layers\.(\d+)\.")
    tables = [
        weights[f"{AUDIO_BRANCH}layers.{stage}.blocks.0.attn.relative_position_bias_table"]
        for stage in range(stages)
    ]
    patch = weights[f"{AUDIO_BRANCH}patch_embed.proj.weight"]
    config = {
        "model_type": "clap_audio_model",
        "patch_embeds_hidden_size": patch.shape[0],
        "patch_size": patch.shape[-1],
        "depths": [
            _count(weights, rf"{AUDIO_BRANCH}layers\.{stage}\.blocks\.(\d+)\.")
            for stage in range(stages)
        ],
        "num_attention_heads": [table.shape[1] for table in tables],
        "window_size": (round(tables[0].shape[0] ** 0.5) + 1) // 2,
        "hidden_size": weights[f"{AUDIO_BRANCH}norm.weight"].shape[0],
        "num_mel_bins": weights[f"{AUDIO_BRANCH}bn0.weight"].shape[0],
        "projection_dim": weights["audio_projection.2.weight"].shape[0],
        "enable_fusion": _is_fused(weights),
    }
    return {**config, "fusion_type": "aff_2d"} if _is_fused(weights) else config


def clap_tensors(weights: Weights) -> dict[str, torch.Tensor]:
    """The tensors by their names in transformers; joined projections are split."""
    tensors = {}
    for name, value in weights.items():
        new = _new_name(name)
        if ".attention.self.qkv." in new:
            for word, third in zip(("query", "key", "value"), value.chunk(3), strict=True):
                tensors[new.replace(".qkv.", f".{word}.")] = third
        else:
            tensors[new] = value
    return tensors


def _new_name(name: str) -> str:
    if found := re.fullmatch(r"(text|audio)_projection\.([02])\.(weight|bias)", name):
        return f"{found[1]}_projection.linear{1 + int(found[2]) // 2}.{found[3]}"
    if name.startswith(READ):
        return f"text_model.{name.removeprefix(READ)}"
    if name.startswith(AUDIO_BRANCH):
        rest = name.removeprefix(AUDIO_BRANCH)
        for old, new in HTSAT_PARTS:
            rest = re.sub(old, new, rest)
        return f"audio_model.audio_encoder.{rest}"
    return name


def _part(used: Weights, folder: str, config: Mapping[str, Any], build: Any) -> ConvertedPart:
    tensors = clap_tensors(used)
    places = tensors["text_model.embeddings.position_embeddings.weight"].shape[0]
    counted = (torch.arange(places)[None], torch.zeros(1, places, dtype=torch.long))
    computed: Weights = dict(zip(COUNTERS, counted, strict=True))
    kept = renamed(tensors, {name: name for name in tensors}, build, computed)
    return ConvertedPart(folder, config, kept)


def _both_towers(config: Mapping[str, Any]) -> nn.Module:
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from transformers import ClapConfig, ClapModel  # isort: skip

    return ClapModel(ClapConfig(**config))


def _text_tower(config: Mapping[str, Any]) -> nn.Module:
    from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

    from transformers import ClapTextConfig, ClapTextModelWithProjection  # isort: skip

    return ClapTextModelWithProjection(ClapTextConfig(**config))


def _is_fused(weights: Weights) -> bool:
    return f"{AUDIO_BRANCH}patch_embed.mel_conv2d.weight" in weights


def _count(weights: Weights, pattern: str) -> int:
    """The number of layers or blocks that a pattern numbers. Raises ValueError for none."""
    found = [int(match[1]) for name in weights if (match := re.match(pattern, name))]
    if not found:
        raise ValueError(f"nothing in it is called {pattern}")
    return max(found) + 1
