"""The files with a part's weights are found, whole or split, and their shapes are read."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from qvim_studio.networks.files.weight_names import (
    file_shapes,
    is_storable,
    tensor_shapes,
    weight_file,
    weight_files,
)


@pytest.mark.parametrize("named", ["absent.safetensors", "../model.safetensors", ""])
def test_an_index_that_names_other_files_is_refused(tmp_path: Path, named: str) -> None:
    index = {"weight_map": {"count": named} if named else {}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ValueError, match="found no such file"):
        weight_files(tmp_path)


def test_split_weights_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        save_file({name: torch.zeros(2, 3)}, tmp_path / f"{name}.safetensors")
    names = {"b": "b.safetensors", "a": "a.safetensors"}
    index = tmp_path / "diffusion_pytorch_model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": names}), encoding="utf-8")
    assert [path.name for path in weight_files(tmp_path)] == ["a.safetensors", "b.safetensors"]
    assert tensor_shapes(tmp_path) == {"a": (2, 3), "b": (2, 3)}


def test_a_whole_file_wins_over_an_index_and_the_name_of_diffusers_over_ours(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="found none of"):
        weight_file(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text("{}", encoding="utf-8")
    (tmp_path / "model.safetensors").touch()
    assert weight_files(tmp_path) == (tmp_path / "model.safetensors",)
    (tmp_path / "diffusion_pytorch_model.safetensors").touch()
    assert weight_file(tmp_path).name == "diffusion_pytorch_model.safetensors"


def test_shapes_come_without_the_notes_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"bias": torch.zeros(3), "scale": torch.tensor(1.0)}, path, {"format": "pt"})
    assert file_shapes(path) == {"bias": (3,), "scale": ()}


def test_a_header_that_claims_to_be_endless_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")
    with pytest.raises(ValueError, match=f"a header of {2**62} bytes"):
        file_shapes(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    ("name", "shape", "is_stored"),
    [
        ("mid_block.attn.to_q.weight", (64, 64), True),
        ("mid_block.attn.to_q.weight", (63, 65), False),  # 4095 weights
        ("mid_block.attn.to_q.bias", (64, 64), False),
        ("mid_block.norm.weight", (4096,), False),
        ("conv_in.weight", (64, 64), False),
        ("mid_block.conv_in.weight", (64, 64), True),
        ("timestep_proj.0.weight", (64, 64), False),
    ],
)
def test_large_weights_between_the_first_and_the_last_layer_may_be_kept_in_few_bits(
    name: str, shape: tuple[int, ...], is_stored: bool
) -> None:
    assert is_storable(name, shape) is is_stored
