"""Folders of one's own: known by name from then on; pickles never run."""

from __future__ import annotations

import errno
import json
import os
import pickle
from pathlib import Path

import pytest
import torch
from malicious import Malicious
from safetensors.torch import load_file

from qvim_studio.checkpoints import pickled
from qvim_studio.checkpoints.pickled import convert_pickled_weights, find_pickled
from qvim_studio.checkpoints.registry import read_user_registry, user_registry
from qvim_studio.commands import cli
from qvim_studio.core.errors import CheckpointError, OutputError
from qvim_studio.families.catalog import (
    find_checkpoint,
    forget_folder,
    list_checkpoints,
    register_folder,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my-model"
    for part in ("unet", "vae", "vocoder", "scheduler"):
        (made / part).mkdir(parents=True)
    (made / "model_index.json").write_text(json.dumps({"_class_name": "AudioLDMPipeline"}))
    return made


def test_an_imported_folder_is_known_by_its_name(folder: Path) -> None:
    register_folder(folder)
    assert list_checkpoints()[-1].id == "my-model"
    assert find_checkpoint("my-model").folder == folder
    with pytest.raises(CheckpointError, match="already a checkpoint 'my-model'"):
        register_folder(folder)


@pytest.mark.parametrize("part", ["unet", "vae", "vocoder", "scheduler"])
def test_a_folder_without_a_part_is_refused_with_what_was_found(folder: Path, part: str) -> None:
    (folder / part).rmdir()
    with pytest.raises(CheckpointError, match=rf"{part}/ is missing \(found model_index.json, .*/"):
        register_folder(folder)
    assert read_user_registry().entries == {}


def test_a_folder_that_lost_a_part_counts_as_not_installed(folder: Path) -> None:
    register_folder(folder)
    (folder / "unet").rmdir()
    assert not list_checkpoints()[-1].is_installed
    with pytest.raises(CheckpointError, match="unet/ is missing"):
        find_checkpoint("my-model")


@pytest.mark.parametrize("name", ["doors \U0001f6aa", 'a "b" \x7f', "a\\b"])
def test_every_name_can_be_listed(folder: Path, name: str) -> None:
    own = folder.rename(folder.with_name(name))
    register_folder(own)
    assert find_checkpoint(name).folder == own
    forget_folder(name)
    assert read_user_registry().entries == {}


def test_a_name_that_is_no_utf8_is_refused_and_harms_no_other(folder: Path) -> None:
    try:
        own = folder.rename(folder.with_name(os.fsdecode(b"T\xfcr")))
    except OSError:
        pytest.skip("this disk has UTF-8 names alone")
    with pytest.raises(CheckpointError, match="is not valid UTF-8"):
        register_folder(own)
    assert find_checkpoint("starter").is_installed


@pytest.mark.parametrize(
    ("file", "content"),
    [("studio.json", ""), ("studio.json", "[]"), ("model_index.json", "[]"), ("control", "")],
)
def test_a_damaged_own_folder_harms_no_other(folder: Path, file: str, content: str) -> None:
    register_folder(folder)
    if file == "control":
        (folder / file).mkdir()
    else:
        (folder / file).write_text(content)
    assert find_checkpoint("starter").is_installed
    listed = {known.id: known for known in list_checkpoints()}
    assert not listed["my-model"].is_installed and listed["starter"].is_installed
    with pytest.raises(CheckpointError, match="my-model"):
        find_checkpoint("my-model")
    forget_folder("my-model")
    assert "my-model" not in {known.id for known in list_checkpoints()}


def test_forgetting_one_keeps_the_others_as_they_are(folder: Path) -> None:
    register_folder(folder)
    other = '[other]\ntitle = "O"\nrepo = "a/b"\nlicence = "MIT"\ncommercial = "yes"\n'
    weights = "unet = 1, storable = 1, vae = 2, vocoder = 3, largest_layer = 1"
    sizes = f"sizes = {{ {weights}, unet_width = 1, vae_width = 1, vocoder_width = 1 }}\n"
    with user_registry().open("a") as file:
        file.write(other + sizes)
    before = read_user_registry().entries["other"]
    forget_folder("my-model")
    assert read_user_registry().entries == {"other": before}


def test_a_list_that_cannot_be_saved_stays_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    register_folder(folder)
    before = user_registry().read_text()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left .* make room"):
        forget_folder("my-model")
    assert [path.name for path in user_registry().parent.iterdir()] == ["checkpoints.toml"]
    assert user_registry().read_text() == before


def test_a_single_file_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "audioldm.ckpt"
    path.touch()
    with pytest.raises(CheckpointError, match="convert them"):
        register_folder(path)


def test_pickled_weights_need_consent_and_become_safetensors(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    torch.save({"a": torch.arange(3.0)}, folder / "unet" / "diffusion_pytorch_model.bin")
    assert cli.main(["checkpoints", "import", str(folder)]) == 1
    assert "--allow-pickle" in capsys.readouterr().err
    assert cli.main(["checkpoints", "import", str(folder), "--allow-pickle"]) == 0
    made = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    assert made["a"].tolist() == [0, 1, 2]
    assert find_pickled(folder) == []


def test_a_full_disk_is_said_and_leaves_the_pickle_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_written(weights: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pickled, "save_file", half_written)
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
