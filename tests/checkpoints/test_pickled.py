"""Pickled weights become safetensors without running anything that the pickle holds."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest
import torch
from bare_checkpoint import make_bare_checkpoint
from malicious import Malicious

from qvim_studio.checkpoints import pickled
from qvim_studio.checkpoints.pickled import convert_pickled_weights, find_pickled
from qvim_studio.core.errors import CheckpointError, OutputError
from qvim_studio.networks.files.weights import read_tensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bare_checkpoint(tmp_path / "my-model")


def test_a_pickle_in_parts_is_found_until_its_index_is_there(folder: Path) -> None:
    for number, name in enumerate(("a", "b"), start=1):
        part = folder / f"pytorch_model-0000{number}-of-00002.bin"
        torch.save({name: torch.arange(number)}, part)
    found = find_pickled(folder)
    assert found == []  # the folder itself is not a model
    (folder / "config.json").write_text("{}")
    found = find_pickled(folder)
    assert len(found) == 2
    convert_pickled_weights(found)
    assert read_tensors(folder, "cpu", torch.float32)["b"].tolist() == [0, 1]
    assert find_pickled(folder) == []
    (folder / "model.safetensors.index.json").unlink()
    assert find_pickled(folder) == found
    with pytest.raises(CheckpointError, match="1 of 2 parts"):
        convert_pickled_weights(found[1:])


def test_a_pickle_of_other_values_than_tensors_is_refused(folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.bin"
    torch.save({"a": torch.arange(3.0), "epoch": 3}, path)
    with pytest.raises(CheckpointError, match="not a plain file of weights"):
        convert_pickled_weights([path])
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_the_pickle_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_written(weights: object, path: Path, **_how: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pickled, "write_streamed", half_written)
    path = folder / "unet" / "diffusion_pytorch_model.bin"
    torch.save({"a": torch.arange(3.0)}, path)
    with pytest.raises(OutputError, match=r"No space left .* Make room"):
        convert_pickled_weights([path])
    assert list(path.parent.iterdir()) == [path]


def test_a_malicious_pickle_is_refused_and_does_not_run(folder: Path, tmp_path: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.bin"
    with path.open("wb") as file:
        pickle.dump({"a": Malicious(tmp_path / "ran")}, file, protocol=2)
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        convert_pickled_weights([path])
    assert not (tmp_path / "ran").exists()
