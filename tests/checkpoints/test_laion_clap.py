"""LAION's files become folders of transformers' ClapModel that hear and read the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from malicious import Malicious
from original_layout import as_laion
from tiny_original_audioldm import DEPTHS, tiny_laion_clap

from qvim_studio.checkpoints.conversion import write_converted
from qvim_studio.checkpoints.laion_clap import (
    clap_part,
    clap_title,
    convert_source,
    recognizes_source,
)
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.voice.clap_audio import ClapAudioConditioner

from transformers import ClapConfig, ClapModel  # isort: skip


def write_laion(path: Path, fused: bool = False) -> Path:
    state = as_laion(tiny_laion_clap(fused).state_dict(), DEPTHS)
    wrapped = {f"module.{name}": value for name, value in state.items()}
    torch.save({"epoch": 15, "state_dict": wrapped, "name": "tiny"}, path)
    return path


@pytest.mark.parametrize("fused", [False, True])
@torch.inference_mode()
def test_both_towers_compute_the_same(tmp_path: Path, fused: bool) -> None:
    made = convert_source(write_laion(tmp_path / "clap.pt", fused))
    write_converted(made, tmp_path / "folder")
    theirs, ours = tiny_laion_clap(fused), ClapModel.from_pretrained(tmp_path / "folder").eval()
    assert ours.config.audio_config.enable_fusion is fused
    views, tokens = torch.randn(1, 4 if fused else 1, 1001, 64), torch.tensor([[0, 7, 9, 2]])
    is_longer = torch.tensor([[fused]])
    for side in ("audio", "text"):
        made, expected = (
            clap.audio_projection(clap.audio_model(views, is_longer=is_longer).pooler_output)
            if side == "audio"
            else clap.text_projection(clap.text_model(tokens).pooler_output)
            for clap in (ours, theirs)
        )
        assert (made - expected).abs().max() <= 1e-5 * expected.abs().max()
    found = ClapAudioConditioner(tmp_path / "folder").embed(np.zeros(4800, np.float32))
    assert found.shape == (1, 512) and found.isfinite().all()
    extractor = json.loads((tmp_path / "folder/preprocessor_config.json").read_text())
    assert extractor["truncation"] == ("fusion" if fused else "rand_trunc")


@pytest.mark.parametrize(
    ("width", "fused", "title"),
    [
        (96, False, "HTSAT-tiny CLAP"),
        (128, False, "HTSAT-base CLAP"),
        (96, True, "HTSAT-tiny CLAP with fusion"),
    ],
)
def test_sizes_are_told_apart(width: int, fused: bool, title: str) -> None:
    weights = {"audio_branch.patch_embed.proj.weight": torch.zeros(width, 1, 4, 4)}
    if fused:
        weights["audio_branch.patch_embed.mel_conv2d.weight"] = torch.zeros(width, 1, 4, 12)
    assert clap_title(weights) == title


@pytest.mark.parametrize(
    ("audio", "name"),
    [
        ({}, "HTSAT-tiny CLAP"),
        (
            {"patch_embeds_hidden_size": 128, "depths": [2, 2, 12, 2], "hidden_size": 1024},
            "HTSAT-base CLAP",
        ),
    ],
)
def test_published_sizes_are_read_off_the_shapes(audio: dict[str, Any], name: str) -> None:
    config = ClapConfig(audio_config=audio)
    with without_values():
        state = ClapModel(config).state_dict()
    weights = as_laion(state, config.audio_config.depths)
    part, _ = clap_part(weights, ".")
    assert clap_title(weights) == name
    for side, skipped in (("text_config", {"layer_norm_eps"}), ("audio_config", set())):
        wanted = getattr(config, side).to_dict()
        message = part.config[side]
        assert {key: wanted[key] for key in message.keys() - skipped} == {
            key: message[key] for key in message.keys() - skipped
        }


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    state = as_laion(tiny_laion_clap().state_dict(), DEPTHS)
    del state["audio_projection.2.weight"]
    torch.save(state, tmp_path / "half.pt")
    with pytest.raises(CheckpointError, match=r"not a complete CLAP .*audio_projection"):
        convert_source(tmp_path / "half.pt")


def test_other_files_are_not_taken_for_a_clap(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(1)}, tmp_path / "other.pt")
    assert not recognizes_source(tmp_path / "other.pt")


def test_a_program_in_the_file_is_refused_and_not_run(tmp_path: Path) -> None:
    torch.save({"state_dict": Malicious(tmp_path / "ran")}, tmp_path / "evil.pt")
    with pytest.raises(CheckpointError, match="nothing in it was run"):
        recognizes_source(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()
