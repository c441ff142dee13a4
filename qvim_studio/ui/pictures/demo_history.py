"""A history of many clips for pictures: the bundled sounds stand for made ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library

VARIATIONS = 4
PROVENANCE = Provenance("starter", "QVIM Studio Starter", "1", "Apache-2.0", "yes")


def fill_history(library: Library, folder: Path, sounds: Sequence[Path], clips: int) -> None:
    """Write ``clips`` files below ``folder``, four to a request, and make them known."""
    folder_id = library.folders.add(folder, FolderKind.MADE)
    supply = itertools.cycle(sounds)
    for number in range(-(-clips // VARIATIONS)):
        chosen = list(itertools.islice(supply, VARIATIONS))
        title = " ".join(word for word in chosen[0].stem.split("_") if not word.isdigit())
        variations = tuple(_variation(path, seed) for seed, path in enumerate(chosen))
        result = GenerationResult(GenerationRequest(text=title), PROVENANCE, variations)
        paths = [clip.path for clip in write_result(result, folder, f"{title} {number}")]
        library.adoption.add_result(folder_id, paths)


def _variation(path: Path, seed: int) -> Variation:
    clip = read_audio(path)
    return Variation(clip, seed, None, clip.sample_rate / 2)
