"""Every part of an AudioLDM 2 is loaded whole, or named."""

from __future__ import annotations

from pathlib import Path

import pytest
from audioldm2_runs import plan_of

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm2.family import FAMILY


def test_damaged_weights_are_refused(folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.unlink()
    path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="cannot be read"):
        FAMILY.footprint(Checkpoint("a", "A", folder))
    with pytest.raises(CheckpointError, match="unet/"):
        FAMILY.load(Checkpoint("a", "A", folder), plan_of(VramMode.CPU))


def test_a_part_that_is_missing_is_named(folder: Path) -> None:
    (folder / "tokenizer_2").rename(folder / "elsewhere")
    with pytest.raises(CheckpointError, match="no part tokenizer_2/"):
        FAMILY.load(Checkpoint("a", "A", folder), plan_of(VramMode.CPU))
