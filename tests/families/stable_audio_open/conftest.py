"""One tiny checkpoint for all tests of this family."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from stable_audio_runs import Loaded, load_tiny
from tiny_stable_audio_open import build_tiny_open

from qvim_studio.families.stable_audio_open.family import StableAudioOpenFamily


@pytest.fixture(scope="session")
def tiny_open(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_open(tmp_path_factory.mktemp("sao") / "open")


@pytest.fixture(scope="session")
def loaded(tiny_open: Path) -> Loaded:
    return load_tiny(StableAudioOpenFamily(), tiny_open)


@pytest.fixture
def folder(tiny_open: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_open, tmp_path / "copy"))
