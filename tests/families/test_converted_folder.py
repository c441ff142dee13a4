"""Parts of converted folders load strictly; what fails names the part and says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.converted_folder import load_part, read_part_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "config.json").write_text('{"width": 3}', encoding="utf-8")
    save_file(nn.Linear(3, 2).state_dict(), tmp_path / "unet" / "model.safetensors")
    return tmp_path


def make(config: dict[str, Any]) -> nn.Module:
    return nn.Linear(config["width"], 2)


def test_a_part_is_built_from_its_settings_and_filled_with_its_weights(folder: Path) -> None:
    made = load_part(folder, "unet", make, "cpu", torch.bfloat16)
    assert made.weight.shape == (2, 3) and made.weight.dtype == torch.bfloat16
    assert not made.training and not made.weight.requires_grad


@pytest.mark.parametrize("text", [None, "{", "[1]"])
def test_settings_that_cannot_be_read_are_told(folder: Path, text: str | None) -> None:
    path = folder / "unet" / "config.json"
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"settings of the part unet/ .* Convert the pub"):
        read_part_config(folder, "unet")


@pytest.mark.parametrize("text", ['{"width": 4}', "{}"])
def test_weights_that_do_not_fit_their_settings_name_the_part(folder: Path, text: str) -> None:
    (folder / "unet" / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"^The part unet/ .* cannot be loaded: .* Convert"):
        load_part(folder, "unet", make, "cpu", torch.float32)


def test_lack_of_memory_blames_no_file(folder: Path) -> None:
    def full(config: dict[str, Any]) -> nn.Module:
        raise MemoryError

    with pytest.raises(MemoryError):
        load_part(folder, "unet", full, "cpu", torch.float32)
