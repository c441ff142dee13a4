"""Weights are read from every public layout, strictly, and without running a program."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from malicious import Malicious
from safetensors.torch import save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.qvim.mobilenet import MobileNetV3
from qvim_studio.networks.qvim.qvim_weights import holds_encoder, read_branches, read_encoder_layout

Weights = dict[str, torch.Tensor]


def branch_weights(seed: int) -> Weights:
    return {name: value.clone() for name, value in _drawn(seed).items()}


@cache
def _drawn(seed: int) -> Weights:
    torch.manual_seed(seed)
    return MobileNetV3().state_dict()


def with_prefix(prefix: str, weights: Weights) -> Weights:
    return {f"{prefix}{name}": value for name, value in weights.items()}


def efficientat(a: Weights, b: Weights) -> object:
    return {**a, "classifier.2.weight": torch.zeros(1280, 960)}


def qbv(a: Weights, b: Weights) -> object:
    return {**with_prefix("im.", a), **with_prefix("ref.", b)}


def lightning(a: Weights, b: Weights) -> object:
    content = {**with_prefix("imitation_encoder.", a), **with_prefix("reference_encoder.", b)}
    return {"state_dict": {**content, "tau": torch.tensor(0.07)}, "epoch": 3}


def wrapped(a: Weights, b: Weights) -> object:
    """As data-parallel training and compilation leave the names."""
    return {
        **with_prefix("module.imitation_encoder._orig_mod.model.", a),
        **with_prefix("module.reference_encoder._orig_mod.model.", b),
    }


@pytest.mark.parametrize("layout", [efficientat, qbv, lightning, wrapped])
def test_public_layouts_load_strictly(
    tmp_path: Path, layout: Callable[[Weights, Weights], object]
) -> None:
    a, b = branch_weights(1), branch_weights(2)
    path = tmp_path / "weights.ckpt"
    torch.save(layout(a, b), path)
    branches = read_branches(path)
    expected = {"imitation": a, "reference": a if layout is efficientat else b}
    for branch, weights in expected.items():
        assert branches[branch].keys() == weights.keys()
        assert all(torch.equal(branches[branch][name], value) for name, value in weights.items())


def test_branches_of_a_single_network_have_weights_of_their_own(tmp_path: Path) -> None:
    save_file(branch_weights(1), tmp_path / "w.safetensors")
    branches = read_branches(tmp_path / "w.safetensors")
    branches["imitation"]["features.0.0.weight"].zero_()
    expected = branch_weights(1)["features.0.0.weight"]
    assert torch.equal(branches["reference"]["features.0.0.weight"], expected)


def test_one_branch_alone_is_refused(tmp_path: Path) -> None:
    save_file(with_prefix("im.", branch_weights(0)), tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match="reference branch lacks 308 of 308"):
        read_branches(tmp_path / "w.safetensors")


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    weights = branch_weights(0)
    weights["features.0.0.weight"][0] = float("nan")
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match=r"NaN in 1 of 308 tensors.*features\.0\.0"):
        read_branches(tmp_path / "w.safetensors")


def test_lost_squeeze_and_excitation_is_refused(tmp_path: Path) -> None:
    weights = {k: v for k, v in branch_weights(0).items() if "conc_se" not in k}
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match=r"lacks 32 of 308 tensors"):
        read_branches(tmp_path / "w.safetensors")


def test_malicious_pickle_is_not_executed(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    torch.save({"features.0.0.weight": Malicious(tmp_path / "ran")}, path)
    with pytest.raises(CheckpointError, match="cannot be read as encoder weights"):
        read_branches(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 torn", b"\x80\x02."])
def test_damaged_file_gives_a_sentence(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"w.{suffix}"
    path.write_bytes(content)
    with pytest.raises(
        CheckpointError, match=r"got a file of another kind or a damaged one\. Give"
    ):
        read_branches(path)


def test_layouts_are_named_without_knowing_the_weights(tmp_path: Path) -> None:
    weight = {"features.0.0.weight": torch.zeros(1)}
    titles = {}
    for layout in (efficientat, qbv, lightning):
        torch.save(layout(weight, weight), tmp_path / "w.pt")
        titles[layout] = read_encoder_layout(tmp_path / "w.pt")
    assert [(found.title, found.networks) for found in titles.values()] == [
        ("EfficientAT mn10", "one network for voices and sounds"),
        ("QVIM encoder in the layout of the QBV release", "one network for each side"),
        ("QVIM encoder in Lightning's layout", "one network for each side"),
    ]
    save_file(with_prefix("both.", weight), tmp_path / "model.safetensors")
    own = read_encoder_layout(tmp_path)
    assert own.title == "QVIM encoder in the studio's layout"


def test_an_encoder_is_recognized_by_its_last_layer_under_any_prefix() -> None:
    assert holds_encoder(["tau", "features.16.0.weight"])
    assert holds_encoder(["module.im.features.16.0.weight"])
    assert not holds_encoder(["features.15.0.weight", "myfeatures.16.0.weight"])


def test_a_file_that_is_not_there_and_one_without_tensors_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no encoder file"):
        read_branches(tmp_path)
    torch.save([1.0], tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="holds a list, expected a state dict"):
        read_branches(tmp_path / "list.pt")
