"""Reading weights: strict, in the wanted precision, and older names of the same tensors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from qvim_studio.networks.files.weights import load_mapped_network, read_tensors


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.to_q = nn.Linear(2, 2)
        self.to_out = nn.ModuleList([nn.Linear(2, 2)])


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([Attention()])
        self.register_buffer("count", torch.zeros(1, dtype=torch.int64))


def write(folder: Path, **changes: torch.Tensor) -> dict[str, torch.Tensor]:
    stored = {name: value + 1 for name, value in Decoder().state_dict().items()}
    save_file(stored | changes, folder / "model.safetensors")
    return stored


def test_a_file_that_is_opened_again_for_every_tensor_gives_all_of_them(tmp_path: Path) -> None:
    stored = write(tmp_path)
    read = read_tensors(tmp_path, "cpu", torch.float32, reopen_bytes=1)
    assert read.keys() == stored.keys()
    assert all(torch.equal(read[name], value) for name, value in stored.items())


def test_weights_arrive_in_the_wanted_precision(tmp_path: Path) -> None:
    stored = write(tmp_path)
    network = load_mapped_network(Decoder, tmp_path, "cpu", torch.bfloat16)
    for name, value in network.state_dict().items():
        assert torch.equal(value, stored[name].to(value.dtype))
    assert network.attentions[0].to_q.weight.dtype == torch.bfloat16
    assert network.count.dtype == torch.int64 and not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_attention_names_of_old_checkpoints_are_understood(tmp_path: Path) -> None:
    stored = {name: value + 1 for name, value in Decoder().state_dict().items()}
    old = {
        name.replace("to_q", "query").replace("to_out.0", "proj_attn"): value
        for name, value in stored.items()
    }
    assert old.keys() != stored.keys()
    save_file(old, tmp_path / "model.safetensors")
    network = load_mapped_network(Decoder, tmp_path, "cpu", torch.float32)
    assert all(torch.equal(v, stored[name]) for name, v in network.state_dict().items())


def test_misfits_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="found none of"):
        load_mapped_network(Decoder, tmp_path, "cpu", torch.float32)
    write(tmp_path, extra=torch.zeros(1))
    with pytest.raises(ValueError, match=r"1 surplus tensors \(first: extra\)"):
        load_mapped_network(Decoder, tmp_path, "cpu", torch.float32)
    write(tmp_path, count=torch.zeros(2, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"1 misshapen tensors \(first: count\)"):
        load_mapped_network(Decoder, tmp_path, "cpu", torch.float32)


def split(folder: Path) -> dict[str, torch.Tensor]:
    """The weights in two files with an index, as large checkpoints are published."""
    stored = {name: value + 1 for name, value in Decoder().state_dict().items()}
    names = sorted(stored)
    places = {name: f"model-0000{1 + (name == names[0])}-of-00002.safetensors" for name in names}
    for file in set(places.values()):
        save_file({n: v for n, v in stored.items() if places[n] == file}, folder / file)
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return stored


def test_weights_in_several_files_are_one_network(tmp_path: Path) -> None:
    stored = split(tmp_path)
    network = load_mapped_network(Decoder, tmp_path, "cpu", torch.float32)
    assert all(torch.equal(v, stored[name]) for name, v in network.state_dict().items())


def test_tensors_of_one_part_are_read_by_the_beginning_of_their_names(tmp_path: Path) -> None:
    stored = write(tmp_path)
    read = read_tensors(tmp_path, "cpu", torch.float16, "attentions.0.")
    assert read.keys() == {n.removeprefix("attentions.0.") for n in stored if n != "count"}
    assert read["to_q.bias"].dtype == torch.float16
