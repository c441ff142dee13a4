"""One tiny AudioSR for all tests of the family."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tiny_audiosr import write_published_file

from qvim_studio.checkpoints.conversion import write_converted
from qvim_studio.core.request import VramMode
from qvim_studio.families.audiosr.conversion import convert_source
from qvim_studio.families.audiosr.parts import AudioSrParts, load_audiosr
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS


@pytest.fixture(scope="session")
def published_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("published") / "pytorch_model.bin"
    write_published_file(path)
    return path


@pytest.fixture(scope="session")
def folder(published_file: Path) -> Path:
    folder = published_file.with_name("audiosr")
    write_converted(convert_source(published_file), folder)
    config = folder / "unet" / "config.json"  # trained on 0.64 s instead of 5.12 s
    config.write_text(json.dumps(json.loads(config.read_text()) | {"sample_size": 8}))
    return folder


@pytest.fixture(scope="session")
def parts(folder: Path) -> AudioSrParts:
    return load_audiosr(folder, cpu_plan())


def cpu_plan() -> ComputePlan:
    return ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])


@pytest.fixture(scope="session")
def cpu() -> ComputePlan:
    return cpu_plan()
