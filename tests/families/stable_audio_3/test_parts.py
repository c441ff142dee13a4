"""Every tensor of a published file finds its place, or is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from stable_audio_runs import checkpoint_in, make_tiny_plan
from tiny_stable_audio_3 import change_config

from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.stable_audio_3.config import read_config
from qvim_studio.families.stable_audio_3.family import StableAudio3Family
from qvim_studio.families.stable_audio_3.parts import make_denoiser
from qvim_studio.memory.modes import TRAITS
from qvim_studio.networks.files.meta_device import without_values

FAMILY = StableAudio3Family()


def test_norms_have_the_published_default(folder: Path) -> None:
    change_config(folder, lambda values: _denoiser(values).pop("norm_kwargs"))
    config = read_config(folder)
    with without_values():
        denoiser = make_denoiser(config.denoiser, 16)
    block = denoiser.transformer_blocks[0]
    assert (block.pre_norm.eps, block.self_attn.q_norm.eps) == (1e-5, 1e-6)


def _denoiser(values: dict[str, Any]) -> dict[str, Any]:
    return values["model"]["diffusion"]["config"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("model.model.transformer.layers.1.ff_norm.gamma", "denoiser"),
        ("pretransform.model.decoder.layers.3.new_tokens", "coder"),
        ("conditioner.conditioners.seconds_total.embedder.embedding.1.bias", "duration"),
    ],
)
def test_a_missing_tensor_is_named_with_its_part(name: str, part: str, folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors[name]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=rf"{part}.*1 missing"):
        FAMILY.load(checkpoint_in(folder), make_tiny_plan(TRAITS[VramMode.CPU]))


def test_a_surplus_tensor_and_a_broken_text_encoder_are_refused(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    save_file(tensors | {"model.model.extra": torch.ones(1)}, folder / "model.safetensors")
    plan = make_tiny_plan(TRAITS[VramMode.CPU])
    with pytest.raises(CheckpointError, match="1 surplus"):
        FAMILY.load(checkpoint_in(folder), plan)
    save_file(tensors, folder / "model.safetensors")
    text = folder / "t5gemma-b-b-ul2" / "model.safetensors"
    text.write_bytes(text.read_bytes()[:200])
    with pytest.raises(CheckpointError, match="text encoder"):
        FAMILY.load(checkpoint_in(folder), plan)
    with pytest.raises(CheckpointError, match="sizes"):
        FAMILY.footprint(checkpoint_in(folder))
