"""LoRAs are added to loaded weights, each by its weight; those that misfit are refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from qvim_studio.checkpoints.checkpoint import Checkpoint, ChosenLora
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.lora_folding import fold_loras


def chosen(folder: Path, name: str, weight: float, ins: int = 3) -> ChosenLora:
    path = folder / f"{name}.safetensors"
    pair = {"to_q.lora_A.weight": torch.ones(2, ins), "to_q.lora_B.weight": torch.ones(4, 2)}
    save_file({f"unet.{key}": value for key, value in pair.items()}, path)
    return ChosenLora(name, weight, path, "MIT", "yes", "r1")


def unet() -> nn.Module:
    made = nn.ModuleDict({"to_q": nn.Linear(3, 4), "to_k": nn.Linear(3, 4)})
    for value in made.parameters():
        nn.init.zeros_(value)
    return made.half()


def folded(*loras: ChosenLora) -> nn.Module:
    made = unet()
    fold_loras(made, Checkpoint("rain", "Rain", None, loras=loras))
    return made


def test_several_loras_add_up_by_their_weights_and_touch_no_other_layer(tmp_path: Path) -> None:
    made = folded(chosen(tmp_path, "one", 0.5), chosen(tmp_path, "two", -0.25))
    assert torch.equal(made["to_q"].weight, torch.full((4, 3), 2 * (0.5 - 0.25)).half())
    assert not made["to_k"].weight.any() and not made["to_q"].bias.any()


def test_without_loras_nothing_changes() -> None:
    assert all(not value.any() for value in folded().parameters())


def test_a_lora_for_another_width_is_named_with_the_layer(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"LoRA wide does not fit Rain at to_q \("):
        folded(chosen(tmp_path, "wide", 1.0, ins=5))
