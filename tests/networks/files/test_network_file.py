"""Small networks of our own are stored as they are and loaded strictly, ready to compute."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.files.network_file import load_network, save_network


@dataclass(frozen=True)
class Sizes:
    width: int = 3


def make(config: dict[str, Any]) -> nn.Module:
    return nn.Linear(Sizes(**config).width, 2)


def load(folder: Path) -> nn.Module:
    return load_network(folder, make, "small network", "Train it again.")


def test_weights_keep_their_precision_on_disk_and_arrive_in_full(tmp_path: Path) -> None:
    network = make({}).half()
    save_network(network, Sizes(), tmp_path / "new" / "folder")
    stored = load_file(tmp_path / "new" / "folder" / "model.safetensors")
    assert stored["weight"].dtype == torch.float16
    loaded = load(tmp_path / "new" / "folder")
    assert torch.equal(loaded.weight, network.weight.float())
    assert loaded.weight.dtype == torch.float32 and not loaded.training


def test_a_weight_that_is_a_view_of_another_layout_is_stored(tmp_path: Path) -> None:
    network = make({})
    network.weight = nn.Parameter(torch.arange(6.0).view(3, 2).T)
    save_network(network, Sizes(), tmp_path)
    assert load(tmp_path).weight.tolist() == [[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]]


@pytest.mark.parametrize("config", [None, "[]", "{", '{"width": 4}', '{"depth": 1}'])
def test_a_config_that_does_not_fit_is_refused_with_its_advice(
    tmp_path: Path, config: str | None
) -> None:
    save_network(make({}), Sizes(), tmp_path)
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8")) == {"width": 3}
    if config is None:
        (tmp_path / "config.json").unlink()
    else:
        (tmp_path / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"(?s)^The small network in .* Train it again\.$"):
        load(tmp_path)


@pytest.mark.parametrize("weights", [None, b"", b"short"])
def test_weights_that_cannot_be_read_are_refused(tmp_path: Path, weights: bytes | None) -> None:
    save_network(make({}), Sizes(), tmp_path)
    path = tmp_path / "model.safetensors"
    if weights is None:
        path.unlink()
    else:
        path.write_bytes(weights)
    with pytest.raises(CheckpointError, match=r"a fitting model\.safetensors"):
        load(tmp_path)
