"""SemantiCodec's parts are loaded whole, or the damaged one is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.semanticodec.config import read_encoder_config
from qvim_studio.families.semanticodec.family import FAMILY
from qvim_studio.families.semanticodec.parts import load_semanticodec
from qvim_studio.memory.compute_plan import ComputePlan


def test_foreign_and_damaged_folders_are_refused(
    folder: Path, tmp_path: Path, cpu: ComputePlan
) -> None:
    with pytest.raises(CheckpointError, match="checkpoints convert"):
        load_semanticodec(tmp_path, cpu)
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy/encoder/config.json").write_text('{"width": "wide"}')
    with pytest.raises(CheckpointError, match="encoder/"):
        read_encoder_config(tmp_path / "copy")
    with pytest.raises(CheckpointError, match="encoder/"):
        load_semanticodec(tmp_path / "copy", cpu)


def test_a_damaged_folder_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy/unet/model.safetensors").write_bytes(b"12345678{broken")
    with pytest.raises(CheckpointError, match="sizes"):
        FAMILY.footprint(Checkpoint("s", "S", tmp_path / "copy"))
