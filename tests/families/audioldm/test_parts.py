"""Loading AudioLDM folders: the heads of converted checkpoints, strictness, clear errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_checkpoint import CARD, build_tiny_checkpoint

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.parts import AudioLdmParts, load_audioldm, original_heads
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.memory.compute_plan import step_down

CONVERTED = {"attention_head_dim": 8, "class_embeddings_concat": True}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


def load(folder: Path) -> AudioLdmParts:
    checkpoint = find_checkpoint(str(folder))
    return load_audioldm(checkpoint, plan_for(checkpoint, VramMode.CPU))


@pytest.mark.parametrize(
    ("base", "heads"),
    [(128, (4, 8, 12, 20)), (192, (6, 12, 18, 30)), (256, (4, 8, 12, 20))],
)
def test_converted_sizes_get_the_heads_of_the_original(base: int, heads: tuple[int, ...]) -> None:
    widths = [base, 2 * base, 3 * base, 5 * base]
    assert original_heads({**CONVERTED, "block_out_channels": widths}) == heads


def test_right_configuration_is_left_alone() -> None:
    widths = [128, 256, 384, 640]
    right = {**CONVERTED, "attention_head_dim": [4, 8, 12, 20], "block_out_channels": widths}
    assert original_heads(right) is None
    assert original_heads({**CONVERTED, "block_out_channels": [64, 128, 192]}) is None


def test_folder_loads_with_every_part(tiny: Path) -> None:
    parts = load(tiny)
    assert parts.latent_channels == 8
    assert parts.unet.config.in_channels == 12
    assert parts.vocoder(torch.zeros(1, 4, 64)).shape == (1, 640)


def test_lost_tensors_are_refused_instead_of_left_random(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    del weights["conv_in.weight"]
    save_file(weights, path)
    with pytest.raises(CheckpointError, match=r"unet/.*conv_in\.weight"):
        load(folder)


def test_a_curve_that_nobody_computes_is_refused(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    write_card(folder, {**CARD, "controls": ["loudness", "warmth", "pitch", "periodicity"]})
    with pytest.raises(CheckpointError, match="the curve 'warmth', expected some of loudness"):
        load(folder)


def test_truncated_weights_are_refused(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    path = folder / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="vae/"):
        load(folder)


def test_memory_modes_step_down_to_the_processor() -> None:
    assert step_down(VramMode.HIGH) is VramMode.BALANCED
    assert step_down(VramMode.MINIMAL) is VramMode.CPU
