"""The command that turns published files into folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from command_line import run
from tiny_audiosr import write_published_file

from qvim_studio.families.audiosr.config import recognizes


def test_a_published_file_becomes_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_published_file(tmp_path / "pytorch_model.bin", has_own_encoder=False)
    file, folder = str(tmp_path / "pytorch_model.bin"), tmp_path / "audiosr"
    status, printed, _ = run(capsys, "checkpoints", "convert", file, str(folder), "--json")
    assert status == 0 and recognizes(folder)
    assert json.loads(printed)["parts"] == ["unet", "vae", "vocoder"]


def test_what_nobody_knows_is_told_with_what_can_be_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"weight": torch.ones(1)}, tmp_path / "some.bin")
    file = str(tmp_path / "some.bin")
    status, _, errors = run(capsys, "checkpoints", "convert", file, str(tmp_path / "made"))
    assert status == 1 and "audiosr_basic" in errors
    assert not (tmp_path / "made").exists()
