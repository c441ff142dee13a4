"""One tiny SemantiCodec for all tests of the family."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_semanticodec import write_published_files

from qvim_studio.checkpoints.conversion import write_converted
from qvim_studio.core.request import VramMode
from qvim_studio.families.semanticodec.conversion import convert_source
from qvim_studio.families.semanticodec.parts import SemantiCodecParts, load_semanticodec
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS


@pytest.fixture(scope="session")
def published_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published_files(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="session")
def folder(published_folder: Path) -> Path:
    folder = published_folder.with_name("semanticodec")
    write_converted(convert_source(published_folder), folder)
    return folder


@pytest.fixture(scope="session")
def cpu() -> ComputePlan:
    return ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])


@pytest.fixture(scope="session")
def parts(folder: Path, cpu: ComputePlan) -> SemantiCodecParts:
    return load_semanticodec(folder, cpu)
