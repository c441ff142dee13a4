"""One tiny checkpoint for all tests of this family: the official pipeline, its folder, ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from audioldm2_runs import FAMILY, plan_of
from tiny_audioldm2 import publish, tiny_pipeline

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm2.generator import AudioLdm2Generator


@pytest.fixture(scope="session")
def pipeline() -> Any:
    return tiny_pipeline()


@pytest.fixture(scope="session")
def checkpoint(pipeline: Any, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    folder = publish(pipeline, tmp_path_factory.mktemp("audioldm2") / "tiny")
    return Checkpoint("tiny-2", "Tiny 2", folder, clap_id="tiny-clap")


@pytest.fixture(scope="session")
def generator(checkpoint: Checkpoint) -> AudioLdm2Generator:
    return FAMILY.load(checkpoint, plan_of(VramMode.CPU))


@pytest.fixture
def folder(checkpoint: Checkpoint, tmp_path: Path) -> Path:
    """A copy to change: other files of it stay links."""
    for source in checkpoint.installed_folder().rglob("*"):
        place = tmp_path / "copy" / source.relative_to(checkpoint.installed_folder())
        if source.is_dir():
            place.mkdir(parents=True)
        elif source.suffix == ".json":
            place.write_bytes(source.read_bytes())
        else:
            place.symlink_to(source)
    return tmp_path / "copy"
