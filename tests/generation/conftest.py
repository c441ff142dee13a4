"""Fixtures of the tests of generation."""

from __future__ import annotations

import pytest
from engine_runs import find_nothing
from long_runs import folder, noise  # noqa: F401
from quick_ears import quick_ears  # noqa: F401
from tiny_checkpoint import build_tiny_checkpoint
from tiny_clap import add_tiny_clap

from qvim_studio.generation.engine import StudioEngine


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def tiny_with_words(tmp_path_factory: pytest.TempPathFactory) -> str:
    checkpoint = build_tiny_checkpoint(tmp_path_factory.mktemp("words"))
    add_tiny_clap(checkpoint)
    return str(checkpoint)


@pytest.fixture(scope="module")
def engine() -> StudioEngine:
    return StudioEngine(find_nothing)
