"""The published file becomes a folder: every tensor that is used, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from qvim_studio.checkpoints.conversion import read_original
from qvim_studio.checkpoints.original_names import unet_names
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audiosr import config
from qvim_studio.families.audiosr.conversion import convert_source, converted


def test_folder_holds_what_is_used_and_nothing_else(folder: Path, published_file: Path) -> None:
    assert config.recognizes(folder)
    there = {path.name for path in folder.iterdir()}
    wanted = {"unet", "vae", "vocoder", "condition_encoder", "model_index.json", "studio.json"}
    assert there == wanted
    stored = read_original(published_file)
    prefix = "model.diffusion_model."
    original = {
        name.removeprefix(prefix): value
        for name, value in stored.items()
        if name.startswith(prefix)
    }
    written = load_file(folder / "unet/model.safetensors")
    assert len(written) == len(original)
    for old, new in unet_names(original, 2, 2).items():
        assert torch.equal(written[new], original[old])


def test_an_equal_condition_encoder_is_stored_once(published_file: Path) -> None:
    state = dict(read_original(published_file))
    first, condition = "first_stage_model.", "cond_stage_models.0.vae."
    for name in list(state):
        if name.startswith(condition) and name.replace(condition, first) in state:
            state[name] = state[name.replace(condition, first)]
    parts = [part.name for part in converted(state, published_file).parts]
    assert parts == ["unet", "vae", "vocoder"]


def test_other_files_are_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(1)}, tmp_path / "other.bin")
    with pytest.raises(CheckpointError, match="other weights than AudioSR's"):
        convert_source(tmp_path / "other.bin")


def test_half_a_file_is_refused(published_file: Path) -> None:
    state = dict(read_original(published_file))
    name = next(name for name in state if name.startswith("model.diffusion_model.output_blocks"))
    del state[name]
    with pytest.raises(CheckpointError, match="not a complete AudioSR"):
        converted(state, published_file)
