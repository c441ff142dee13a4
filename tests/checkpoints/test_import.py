"""Folders of one's own: known by name from then on; pickles never run."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch
from bare_checkpoint import make_bare_checkpoint
from safetensors.torch import load_file

from qvim_studio.checkpoints.pickled import find_pickled
from qvim_studio.checkpoints.registry import read_user_registry, user_registry
from qvim_studio.commands import cli
from qvim_studio.core.errors import OutputError
from qvim_studio.families.catalog import forget_folder, register_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_bare_checkpoint(tmp_path / "my-model")


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
