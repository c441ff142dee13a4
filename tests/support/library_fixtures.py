"""Clips with recipes on the disk, as the generator leaves them, and a library over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scripted_engine

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library

VOICE = AudioClip.from_mono(np.sin(np.arange(4800) * 0.1), 48_000)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "data" / "library.db")
    yield library
    library.close()


def write_clips(folder: Path, request: GenerationRequest, stem: str) -> list[Path]:
    """The WAVs of one request, each with its recipe beside it."""
    variations = scripted_engine.make_variations(request)
    fitted = scripted_engine.make_fitted(request)
    result = GenerationResult(request, scripted_engine.PROVENANCE, variations, fitted=fitted)
    return [clip.path for clip in write_result(result, folder, stem)]


def add_clips(
    library: Library, folder: Path, text: str = "dog, large", variations: int = 2
) -> list[int]:
    """The ids of clips that were written and made known."""
    request = GenerationRequest(VOICE, text=text, duration_s=0.2, variations=variations, seed=7)
    folder_id = library.folders.add(folder, FolderKind.MADE)
    return library.adoption.add_result(folder_id, write_clips(folder, request, text))
