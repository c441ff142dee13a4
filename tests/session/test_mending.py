"""A mended clip joins the history beside the one that it is of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import scripted_engine
from library_fixtures import library  # noqa: F401

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files.clip_writer import write_one
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library
from qvim_studio.session.mending import mended_entries


def test_a_mended_clip_is_one_more_of_the_history(library: Library, tmp_path: Path) -> None:  # noqa: F811
    cut = np.sin(np.arange(24_000) * 0.05).astype(np.float32)
    variation = Variation(AudioClip.from_mono(cut, 48_000), 3, None, 8000.0)
    request = GenerationRequest(text="dog")
    result = GenerationResult(request, scripted_engine.PROVENANCE, (variation,))
    source = write_one(result, variation, tmp_path / "dog_01", "dog 01").path
    folder = library.folders.add(tmp_path, FolderKind.MADE)
    library.adoption.add_result(folder, [source])
    (mended,) = mended_entries(library, source)
    assert mended.path.name == "dog_01_mended.wav" and mended.seed == 3
    everything = library.sounds.entries(FolderKind.MADE)
    assert {entry.path.name for entry in everything} == {source.name, mended.path.name}
    assert source.is_file()
