"""One tiny checkpoint of each kind for all tests of this family."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from stable_audio_runs import Loaded, load_tiny
from tiny_stable_audio_3 import TinyStableAudio3, build_tiny

from qvim_studio.families.stable_audio_3.family import StableAudio3Family


@pytest.fixture(scope="session")
def tiny_large(tmp_path_factory: pytest.TempPathFactory) -> TinyStableAudio3:
    return build_tiny(tmp_path_factory.mktemp("sa3") / "medium", is_large=True)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> TinyStableAudio3:
    return build_tiny(tmp_path_factory.mktemp("sa3") / "base", is_large=True, is_distilled=False)


@pytest.fixture(scope="session")
def tiny_small(tmp_path_factory: pytest.TempPathFactory) -> TinyStableAudio3:
    return build_tiny(tmp_path_factory.mktemp("sa3") / "small", is_large=False)


@pytest.fixture(scope="session")
def small(tiny_small: TinyStableAudio3) -> Loaded:
    return load_tiny(StableAudio3Family(), tiny_small.folder)


@pytest.fixture(scope="session")
def large(tiny_large: TinyStableAudio3) -> Loaded:
    return load_tiny(StableAudio3Family(), tiny_large.folder)


@pytest.fixture(scope="session")
def base(tiny_base: TinyStableAudio3) -> Loaded:
    return load_tiny(StableAudio3Family(), tiny_base.folder)


@pytest.fixture
def folder(tiny_small: TinyStableAudio3, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_small.folder, tmp_path / "copy"))
