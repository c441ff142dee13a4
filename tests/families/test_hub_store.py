"""The store behind the window: own folders come and go, and the registry lists the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint, find_upscaler
from qvim_studio.families.hub_store import make_checkpoint_store


def test_an_installed_checkpoint_names_its_revision() -> None:
    (starter,) = [entry for entry in make_checkpoint_store().list() if entry.id == "starter"]
    assert starter.revision == find_checkpoint("starter").revision != ""


def test_an_own_folder_is_listed_and_forgotten_but_never_deleted(tmp_path: Path) -> None:
    store = make_checkpoint_store()
    first, second = (build_tiny_checkpoint(tmp_path / name) for name in ("one", "two"))
    (second / "studio.json").unlink()
    assert store.import_source(first, allow_pickle=False).id == "tiny"
    assert store.import_source(second, allow_pickle=False).id == "two"
    own = {entry.id: entry for entry in store.list() if entry.is_own}
    assert set(own) == {"tiny", "two"}
    assert own["tiny"].memory[VramMode.LOW] > 0 and own["tiny"].size_bytes > 0
    assert store.remove("tiny") == 0
    assert [entry.id for entry in store.list() if entry.is_own] == ["two"]
    assert (first / "model_index.json").is_file()
    assert store.verify("two") == ()


def test_pickled_weights_are_named_before_they_are_read(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny")
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({"a": torch.ones(1)}, folder / "vae" / "diffusion_pytorch_model.bin")
    with pytest.raises(PickledWeightsError, match="--allow-pickle") as found:
        make_checkpoint_store().import_source(folder, allow_pickle=False)
    assert found.value.files == ("vae/diffusion_pytorch_model.bin",)


def test_the_store_knows_that_the_network_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    store = make_checkpoint_store()
    assert store.is_offline()
    with pytest.raises(CheckpointError, match="offline mode"):
        store.download("audioldm-s-full", lambda here, total: None, lambda: False)


def test_what_ships_is_never_removed() -> None:
    with pytest.raises(CheckpointError, match="was not downloaded"):
        make_checkpoint_store().remove("starter")


def test_an_upscaler_is_listed_by_what_it_makes_and_makes_no_sounds(tmp_path: Path) -> None:
    store = make_checkpoint_store()
    known = {entry.id: entry for entry in store.list() if entry.is_upscaler}
    assert set(known) == {"audiosr-basic", "audiosr-speech"}
    basic = known["audiosr-basic"]
    assert (basic.makes, basic.reach_hz, basic.is_installed) == ("highs", 24_000.0, False)
    assert basic.memory[VramMode.LOW] > 0 and basic.size_bytes == 6_200_000_000
    with pytest.raises(CheckpointError, match="adds highs to sounds and makes none"):
        find_checkpoint("audiosr-basic")
    with pytest.raises(CheckpointError, match="checkpoints download audiosr-basic"):
        find_upscaler("audiosr-basic")


def test_an_own_folder_with_an_upscaler_joins_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for part in ("unet", "vae", "vocoder"):
        (folder / part).mkdir(parents=True)
    (folder / "model_index.json").write_text('{"_class_name": "AudioSR"}')
    store = make_checkpoint_store()
    assert store.import_source(folder).id == "mine"
    assert {entry.id for entry in store.list() if entry.is_upscaler} >= {"mine"}
    assert find_upscaler("mine").folder == find_upscaler(str(folder)).folder == folder
    with pytest.raises(CheckpointError, match="makes none by itself"):
        find_checkpoint(str(folder))
    store.remove("mine")
    assert "mine" not in {entry.id for entry in store.list()}
