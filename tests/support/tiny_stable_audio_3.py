"""Tiny Stable Audio 3 checkpoints with random weights in the published layout.

The denoiser and the coder of the large kind are diffusers' own classes, whose tensors are written
under the published names; the coder of the small kind, which diffusers lacks, is ours.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from qvim_studio.networks.coders.same_coder import SameCoder
from qvim_studio.networks.coders.same_config import SameConfig
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import AutoencoderSAME, StableAudio3DiTModel  # isort: skip
from diffusers.pipelines.stable_audio_3 import StableAudio3DurationEmbedder  # isort: skip
from transformers import (  # isort: skip
    GemmaTokenizer,
    T5GemmaConfig,
    T5GemmaForConditionalGeneration,
)

RATE, PATCH, STRIDE = 44_100, 64, 16
RATIO = PATCH * STRIDE
LATENT_CHANNELS, WIDTH, HEAD = 16, 32, 8
TEXT_CHANNELS, TOKENS = 24, 16
DURATION = "conditioner.conditioners.seconds_total.embedder.embedding.1"


@dataclass(frozen=True, eq=False)
class TinyStableAudio3:
    """folder: the published layout. official: diffusers' modules with the same weights; the coder
    is ours where it is of the small kind."""

    folder: Path
    denoiser: Any
    coder: Any
    duration: Any


def build_tiny(folder: Path, is_large: bool, is_distilled: bool = True) -> TinyStableAudio3:
    """is_large: as medium is built, with differential attention and a sliding coder."""
    quiet_libraries()
    torch.manual_seed(7)
    denoiser = wake(
        StableAudio3DiTModel(
            io_channels=LATENT_CHANNELS,
            embed_dim=WIDTH,
            depth=2,
            num_heads=4,
            cond_token_dim=TEXT_CHANNELS,
            global_cond_dim=TEXT_CHANNELS,
            local_add_cond_dim=1 + LATENT_CHANNELS,
            ff_mult=2.0,
            num_memory_tokens=4,
            use_differential_attention=is_large,
        )
    )
    coder = wake(make_large_coder() if is_large else SameCoder(small_config()))
    if is_large:
        coder.bottleneck.running_std.fill_(1.5)
    else:
        coder.bottleneck.running_std.data.fill_(1.5)
    duration = StableAudio3DurationEmbedder(TEXT_CHANNELS)
    for module in (denoiser, coder, duration):
        module.eval().requires_grad_(False)
    tensors = {
        **_published_denoiser(denoiser, is_large),
        **(_published_large_coder(coder) if is_large else _published_small_coder(coder)),
        f"{DURATION}.weight": duration.linear.weight,
        f"{DURATION}.bias": duration.linear.bias,
        "pretransform.model.bottleneck.noise_scaling_factor": torch.zeros(1, 0, 1),
        "pretransform.model.encoder.layers.0.transformers.0.rope.inv_freq": torch.ones(2),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: value.clone().contiguous() for name, value in tensors.items()},
        folder / "model.safetensors",
    )
    (folder / "model_config.json").write_text(json.dumps(_config(is_large, is_distilled)))
    _save_text(folder / "t5gemma-b-b-ul2")
    return TinyStableAudio3(folder, denoiser, coder, duration)


def wake(module: nn.Module) -> nn.Module:
    """Branches that begin at zero would hide differences: they get small noise."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.numel() > 1 and not parameter.any():
                parameter.normal_(0.0, 0.2)
    return module


def make_large_coder(layers: int = 3) -> AutoencoderSAME:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of torch, on how diffusers norms weights
        return _large_coder(layers)


def _large_coder(layers: int) -> AutoencoderSAME:
    return AutoencoderSAME(
        audio_channels=2,
        patch_size=PATCH,
        encoder_channels=WIDTH // 2,
        encoder_c_mults=[2],
        encoder_strides=[STRIDE],
        encoder_transformer_depths=[layers],
        latent_dim=LATENT_CHANNELS,
        dim_heads=HEAD,
        ff_mult=1,
        sliding_window=1,
        decoder_sinusoidal_blocks=(2,),
        sampling_rate=RATE,
    )


def small_config() -> SameConfig:
    return SameConfig(
        patch=PATCH,
        stride=STRIDE,
        latent_channels=LATENT_CHANNELS,
        width=WIDTH,
        layers=4,
        head_channels=HEAD,
        feed_forward=1,
    )


def _published_denoiser(denoiser: nn.Module, is_differential: bool) -> dict[str, torch.Tensor]:
    published = {}
    for name, value in denoiser.state_dict().items():
        if name == "prompt_padding_embedding":
            published["conditioner.conditioners.prompt.padding_embedding"] = value
            continue
        inner = name.replace("transformer_blocks.", "layers.")
        inner = inner.replace("ff.proj_in.", "ff.ff.0.proj.").replace("ff.proj_out.", "ff.ff.2.")
        for ours, theirs in (("proj_in.", "project_in."), ("proj_out.", "project_out.")):
            inner = theirs + inner.removeprefix(ours) if inner.startswith(ours) else inner
        is_outside = inner.split(".")[0] in (
            "to_timestep_embed",
            "to_cond_embed",
            "to_global_embed",
            "preprocess_conv",
            "postprocess_conv",
        )
        if is_differential and name.endswith("self_attn.to_qkv.weight"):
            value = _as_published(value)
        published[f"model.model.{'' if is_outside else 'transformer.'}{inner}"] = value
    return published


def _published_large_coder(coder: nn.Module) -> dict[str, torch.Tensor]:
    published = {}
    for name, value in coder.state_dict().items():
        inner = name
        for ours, theirs in (
            ("encoder.blocks.0.", "encoder.layers.0."),
            ("decoder.blocks.0.", "decoder.layers.3."),
            ("encoder.proj.", "encoder.layers.2."),
            ("decoder.proj.", "decoder.layers.1."),
            ("norm_attn.", "pre_norm."),
            ("norm_ff.", "ff_norm."),
            (".attn.", ".self_attn."),
            ("ff.proj_in.", "ff.ff.0.proj."),
            ("ff.proj_out.", "ff.ff.2."),
            ("bottleneck.scale", "bottleneck.scaling_factor"),
        ):
            inner = inner.replace(ours, theirs)
        if name.endswith("attn.to_qkv.weight"):
            value = _as_published(value)
        published[f"pretransform.model.{inner}"] = value
    return published


def _published_small_coder(coder: nn.Module) -> dict[str, torch.Tensor]:
    return {f"pretransform.model.{name}": value for name, value in coder.state_dict().items()}


def _as_published(fused: torch.Tensor) -> torch.Tensor:
    """diffusers' [q, q2, k, k2, v] as the published [q, k, v, q2, k2]."""
    query, query_2, key, key_2, value = fused.chunk(5)
    return torch.cat([query, key, value, query_2, key_2])


def _config(is_large: bool, is_distilled: bool) -> dict[str, Any]:
    same = {
        "channels": WIDTH // 2,
        "c_mults": [2],
        "strides": [STRIDE],
        "latent_dim": LATENT_CHANNELS,
        "transformer_depths": [3 if is_large else 4],
        "dim_heads": HEAD,
        "ff_mult": 1,
        "differential": True,
        "variable_stride": True,
    }
    chunked = {"chunk_size": 2 * STRIDE, "chunk_midpoint_shift": True, "dyt": True}
    same |= {"sliding_window": [1, 1]} if is_large else chunked
    decoder = same | {"sinusoidal_blocks": [2 if is_large else 0]}
    decoder |= {} if is_large else {"conv_mapping": True}
    return {
        "model_type": "diffusion_cond_inpaint",
        "sample_rate": RATE,
        "sample_size": 1000 * RATIO,
        "audio_channels": 2,
        "model": {
            "io_channels": LATENT_CHANNELS,
            "pretransform": {
                "type": "autoencoder",
                "config": {
                    "pretransform": {
                        "type": "patched",
                        "config": {"patch_size": PATCH, "channels": 2},
                    },
                    "encoder": {"type": "same", "config": same},
                    "decoder": {"type": "same", "config": decoder},
                    "latent_dim": LATENT_CHANNELS,
                    "downsampling_ratio": RATIO,
                    "io_channels": 2,
                },
            },
            "conditioning": {
                "configs": [
                    {"id": "prompt", "type": "t5gemma", "config": {"max_length": TOKENS}},
                    {"id": "seconds_total", "type": "number", "config": {"max_val": 384}},
                ],
                "cond_dim": TEXT_CHANNELS,
            },
            "diffusion": {
                "type": "dit",
                "diffusion_objective": "rf_denoiser" if is_distilled else "rectified_flow",
                "config": {
                    "io_channels": LATENT_CHANNELS,
                    "embed_dim": WIDTH,
                    "depth": 2,
                    "num_heads": 4,
                    "cond_token_dim": TEXT_CHANNELS,
                    "global_cond_dim": TEXT_CHANNELS,
                    "local_add_cond_dim": 1 + LATENT_CHANNELS,
                    "num_memory_tokens": 4,
                    "attn_kwargs": {"qk_norm": "rms", "differential": is_large},
                    "norm_kwargs": {"force_fp32": True, "eps": 1e-6},
                    "ff_kwargs": {"mult": 2.0},
                },
            },
        },
    }


def _save_text(folder: Path) -> None:
    words = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *"abcdefghijklmnopqrstuvwxyz"]
    tokenizer = GemmaTokenizer(
        vocab={word: number for number, word in enumerate(words)},
        merges=[],
        model_max_length=TOKENS,
        add_bos_token=False,
        add_eos_token=False,
    )
    tokenizer.save_pretrained(folder)
    side = {
        "vocab_size": 64,
        "hidden_size": TEXT_CHANNELS,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "layer_types": ["full_attention"],
        "sliding_window": 64,
    }
    config = T5GemmaConfig(encoder=dict(side), decoder=dict(side))
    T5GemmaForConditionalGeneration(config).eval().save_pretrained(folder)


def change_config(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Rewrite a checkpoint's model_config.json."""
    path = folder / "model_config.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
