"""AudioSR's parts are loaded whole, or the damaged one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audiosr.parts import AudioSrParts, load_audiosr
from qvim_studio.memory.compute_plan import ComputePlan


def test_the_scale_of_the_latents_comes_along(parts: AudioSrParts) -> None:
    assert parts.scale == pytest.approx(0.6)
    assert parts.unet.config.attention_head_dim == [1, 2, 3, 5]


def test_folders_of_another_kind_are_refused(tmp_path: Path, cpu: ComputePlan) -> None:
    with pytest.raises(CheckpointError, match="checkpoints convert"):
        load_audiosr(tmp_path, cpu)


def test_a_damaged_part_is_named(folder: Path, tmp_path: Path, cpu: ComputePlan) -> None:
    for path in folder.rglob("*.json"):
        target = tmp_path / path.relative_to(folder)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    (tmp_path / "unet/model.safetensors").write_bytes(b"12345678{broken")
    with pytest.raises(CheckpointError, match="unet/"):
        load_audiosr(tmp_path, cpu)
