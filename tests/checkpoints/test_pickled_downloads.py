"""Downloads of pickled weights: allowed, converted, refused, discarded."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hub_downloads import CHECKPOINT, FILES, WEIGHTS
from hub_server import Hub
from malicious import Malicious
from safetensors.torch import load_file

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.checkpoints.download_plan import plan_download
from qvim_studio.checkpoints.downloads import SPARE_BYTES, discard, download
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.core.errors import (
    CancelledError,
    CheckpointError,
    OutputError,
    PickledWeightsError,
)
from qvim_studio.networks.files.weights import read_tensors


def test_allowed_pickles_become_safetensors(
    hub: Hub, registered: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    path = tmp_path / "weights.bin"
    torch.save({"a": torch.arange(3.0)}, path)
    hub.files["vae/diffusion_pytorch_model.bin"] = path.read_bytes()
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    folder = download(plan, lambda here, total: None, lambda: False, hub.url)
    made = load_file(folder / "vae/diffusion_pytorch_model.safetensors")
    assert made["a"].tolist() == [0, 1, 2]
    assert not list(folder.rglob("*.bin")) and registered().folder == folder
    blobs = [path.read_bytes() for path in (folder.parent.parent / "blobs").iterdir()]
    assert hub.files["vae/diffusion_pytorch_model.bin"] not in blobs
    assert verify_checkpoint(registered()) == []


def split_pickle(hub: Hub, folder: Path) -> dict[str, torch.Tensor]:
    """The hub's vae is one pickle in two parts; gives back its tensors."""
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    stored = {"a": torch.arange(3.0), "b": torch.ones(2, 2).half()}
    for number, (name, value) in enumerate(stored.items(), start=1):
        torch.save({name: value}, folder / "part.bin")
        path = f"vae/diffusion_pytorch_model-0000{number}-of-00002.bin"
        hub.files[path] = (folder / "part.bin").read_bytes()
    hub.files["vae/diffusion_pytorch_model.bin.index.json"] = b"{}"
    return stored


def test_a_pickle_in_parts_becomes_safetensors_in_parts(
    hub: Hub, registered: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    stored = split_pickle(hub, tmp_path)
    with pytest.raises(PickledWeightsError) as found:
        plan_download(CHECKPOINT, hub.url)
    assert len(found.value.files) == 2
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    folder = download(plan, lambda here, total: None, lambda: False, hub.url)
    read = read_tensors(folder / "vae", "cpu", torch.float32)
    assert {name: value.tolist() for name, value in read.items()} == {
        name: value.tolist() for name, value in stored.items()
    }
    assert not list(folder.rglob("*.bin*")) and registered().folder == folder
    assert len(list((folder / "vae").glob("*-of-00002.safetensors"))) == 2
    assert verify_checkpoint(registered()) == []


def test_a_cancel_between_two_parts_keeps_the_converted_one(hub: Hub, tmp_path: Path) -> None:
    split_pickle(hub, tmp_path)
    repository = tmp_path / "hub" / "models--someone--audioldm-tiny"
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    one = "vae/diffusion_pytorch_model-00001-of-00002"
    with pytest.raises(CancelledError):
        download(
            plan,
            lambda here, total: None,
            lambda: any(repository.rglob(f"{one}.safetensors")),
            hub.url,
        )
    assert not list(repository.rglob("vae/*.index.json"))
    hub.fetched.clear()
    seen: list[int] = []
    folder = download(plan, lambda here, total: seen.append(here), lambda: False, hub.url)
    assert f"{one}.bin" not in [path for path, _ in hub.fetched]
    assert seen[-1] == plan.total_bytes
    assert read_tensors(folder / "vae", "cpu", torch.float32).keys() == {"a", "b"}


def test_a_pickle_that_lacks_a_part_is_refused_before_the_first_byte(
    hub: Hub, tmp_path: Path
) -> None:
    split_pickle(hub, tmp_path)
    del hub.files["vae/diffusion_pytorch_model-00001-of-00002.bin"]
    with pytest.raises(CheckpointError, match=r"1 of 2 parts .*00002-of-00002"):
        plan_download(CHECKPOINT, hub.url, allow_pickle=True)


def test_a_discarded_download_of_a_pickle_in_parts_leaves_no_index(
    hub: Hub, tmp_path: Path
) -> None:
    split_pickle(hub, tmp_path)
    repository = tmp_path / "hub" / "models--someone--audioldm-tiny"
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    with pytest.raises(CancelledError):
        download(
            plan,
            lambda here, total: None,
            lambda: any(repository.rglob("studio.json")),
            hub.url,
        )
    assert list(repository.rglob("vae/*.index.json"))
    discard(CHECKPOINT)
    assert not repository.exists()


def test_pickles_need_room_twice(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def room(beside: int) -> SimpleNamespace:
        return SimpleNamespace(free=sum(map(len, FILES.values())) + SPARE_BYTES + beside)

    hub.files["vae/diffusion_pytorch_model.bin"] = b"p" * len(WEIGHTS)
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    for beside in (0, len(WEIGHTS) - 1):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, beside=beside: room(beside))
        with pytest.raises(OutputError, match="Make room"):
            download(plan, lambda here, total: None, lambda: False, hub.url)
    assert hub.fetched == []


def test_a_malicious_download_neither_runs_nor_counts(
    hub: Hub, registered: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    evil = pickle.dumps({"a": Malicious(tmp_path / "ran")}, protocol=2)
    hub.files["vae/diffusion_pytorch_model.bin"] = evil
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        download(plan, lambda here, total: None, lambda: False, hub.url)
    assert not (tmp_path / "ran").exists() and not registered().is_installed


def test_a_download_that_paused_is_discarded_whole(hub: Hub, tmp_path: Path) -> None:
    """With what was made of its pickles, and its card."""
    path = tmp_path / "weights.bin"
    torch.save({"a": torch.arange(3.0)}, path)
    del hub.files["vae/diffusion_pytorch_model.safetensors"]
    hub.files["vae/diffusion_pytorch_model.bin"] = path.read_bytes()
    repository = tmp_path / "hub" / "models--someone--audioldm-tiny"
    plan = plan_download(CHECKPOINT, hub.url, allow_pickle=True)
    for is_cancelled in (
        lambda: len(hub.fetched) >= 2,
        lambda: any(repository.rglob("studio.json")),
    ):
        with pytest.raises(CancelledError):
            download(plan, lambda here, total: None, is_cancelled, hub.url)
    assert list(repository.rglob("vae/*.safetensors"))
    discard(CHECKPOINT)
    assert not repository.exists()
