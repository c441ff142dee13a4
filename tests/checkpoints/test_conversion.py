"""A file of weights becomes a folder of safetensors, whole or not at all; pickles run nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from malicious import Malicious
from torch import nn

from qvim_studio.checkpoints.conversion import (
    Converted,
    ConvertedPart,
    below,
    read_original,
    renamed,
    write_converted,
)
from qvim_studio.core.errors import CancelledError, CheckpointError, OutputError


def converted() -> Converted:
    part = ConvertedPart("net", {"width": 2}, {"weight": torch.ones(2, 3)})
    return Converted({"_class_name": "Some"}, (part,), {"title": "Some"})


@pytest.mark.parametrize("is_wrapped", [True, False])
@pytest.mark.parametrize("is_new", [True, False])
def test_tensors_are_read_from_every_form_of_file(
    tmp_path: Path, is_wrapped: bool, is_new: bool
) -> None:
    weights = {"a": torch.ones(3), "steps": 7}
    path = tmp_path / "file.ckpt"
    stored = {"state_dict": weights, "epoch": 1} if is_wrapped else weights
    torch.save(stored, path, _use_new_zipfile_serialization=is_new)
    read = read_original(path)
    assert list(read) == ["a"] and torch.equal(read["a"], torch.ones(3))


def test_a_program_in_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    path, mark = tmp_path / "evil.ckpt", tmp_path / "ran"
    torch.save(Malicious(mark), path)
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        read_original(path)
    assert not mark.exists()


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no file"):
        read_original(tmp_path / "none")
    (tmp_path / "text").write_text("no weights")
    with pytest.raises(CheckpointError, match="not a plain file of weights"):
        read_original(tmp_path / "text")
    torch.save([1, 2], tmp_path / "list")
    with pytest.raises(CheckpointError, match="not a plain file of weights"):
        read_original(tmp_path / "list")
    torch.save({"epoch": 1}, tmp_path / "empty")
    with pytest.raises(CheckpointError, match="holds no weights"):
        read_original(tmp_path / "empty")


def test_a_network_gets_its_own_names_and_shapes() -> None:
    weights = {"old.weight": torch.randn(3, 2, 1, 1), "old.bias": torch.randn(3)}
    names = {"old.weight": "weight", "old.bias": "bias"}
    made = renamed(weights, names, lambda: nn.Linear(2, 3))
    assert torch.equal(made["weight"], weights["old.weight"][:, :, 0, 0])
    with pytest.raises(ValueError, match="shape"):
        renamed(weights, names, lambda: nn.Linear(3, 3))
    with pytest.raises(ValueError, match="unknown"):
        renamed(weights, names, lambda: nn.Linear(2, 3, bias=False))
    with pytest.raises(ValueError, match="missing"):
        renamed({"old.bias": weights["old.bias"]}, names, lambda: nn.Linear(2, 3))


def test_tensors_below_a_prefix() -> None:
    assert list(below({"a.b": torch.ones(1), "c": torch.ones(1)}, "a.")) == ["b"]


def test_a_folder_holds_index_card_settings_and_weights(tmp_path: Path) -> None:
    reported: list[tuple[int, int]] = []
    write_converted(converted(), tmp_path / "made", lambda done, all: reported.append((done, all)))
    assert json.loads((tmp_path / "made/model_index.json").read_text())["_class_name"] == "Some"
    assert json.loads((tmp_path / "made/net/config.json").read_text()) == {"width": 2}
    card = json.loads((tmp_path / "made/studio.json").read_text())
    assert card["title"] == "Some" and "net/model.safetensors" in card["files"]
    assert reported == [(24, 24)]


def test_what_a_folder_holds_is_never_lost(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/song.wav").write_text("mine")
    with pytest.raises(OutputError, match="already holds something"):
        write_converted(converted(), tmp_path / "mine")
    assert (tmp_path / "mine/song.wav").read_text() == "mine"


def test_a_cancelled_conversion_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CancelledError):
        write_converted(converted(), tmp_path / "made", is_cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10))
    with pytest.raises(OutputError, match="free"):
        write_converted(converted(), tmp_path / "made")
    assert list(tmp_path.iterdir()) == []
