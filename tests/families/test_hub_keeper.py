"""The keeper behind the window: folders of one's own come and go, the registry tells the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.parts import list_parts
from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint, find_upscaler
from qvim_studio.families.hub_keeper import make_keeper


def test_an_own_folder_is_listed_and_forgotten_but_never_deleted(tmp_path: Path) -> None:
    keeper = make_keeper()
    first, second = (build_tiny_checkpoint(tmp_path / name) for name in ("one", "two"))
    (second / "studio.json").unlink()
    assert keeper.import_folder(first, allow_pickle=False) == "tiny"
    assert keeper.import_folder(second, allow_pickle=False) == "two"
    own = {choice.id: choice for choice in keeper.list() if choice.is_own}
    assert set(own) == {"tiny", "two"}
    assert own["tiny"].memory[VramMode.LOW] > 0 and own["tiny"].size_bytes > 0
    assert keeper.remove("tiny") == 0
    assert [choice.id for choice in keeper.list() if choice.is_own] == ["two"]
    assert (first / "model_index.json").is_file()
    assert keeper.verify("two") == ()


def test_pickled_weights_are_named_before_they_are_read(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny")
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({"a": torch.ones(1)}, folder / "vae" / "diffusion_pytorch_model.bin")
    with pytest.raises(PickledWeightsError, match="--allow-pickle") as found:
        make_keeper().import_folder(folder, allow_pickle=False)
    assert found.value.files == ("vae/diffusion_pytorch_model.bin",)


def test_the_keeper_knows_that_the_network_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    keeper = make_keeper()
    assert keeper.is_offline()
    with pytest.raises(CheckpointError, match="offline mode"):
        keeper.download("audioldm-s-full", lambda here, total: None, lambda: False)


def test_what_ships_is_never_removed() -> None:
    with pytest.raises(CheckpointError, match="was not downloaded"):
        make_keeper().remove("starter")


def test_parts_say_what_they_fit() -> None:
    parts = {part.id: part for part in list_parts()}
    assert parts["starter-adapter"].fits == ("starter",)
    assert {part.kind for part in parts.values()} == {"encoder", "adapter", "clap"}
    assert {part.id for part in parts.values() if part.is_installed} == {
        "starter-encoder",
        "starter-adapter",
    }


def test_an_upscaler_is_listed_by_what_it_makes_and_makes_no_sounds(tmp_path: Path) -> None:
    keeper = make_keeper()
    known = {choice.id: choice for choice in keeper.list() if choice.is_upscaler}
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
    keeper = make_keeper()
    assert keeper.import_folder(folder) == "mine"
    assert {choice.id for choice in keeper.list() if choice.is_upscaler} >= {"mine"}
    assert find_upscaler("mine").folder == find_upscaler(str(folder)).folder == folder
    with pytest.raises(CheckpointError, match="makes none by itself"):
        find_checkpoint(str(folder))
    keeper.remove("mine")
    assert "mine" not in {choice.id for choice in keeper.list()}
