"""How fast the library finds among many sounds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.bench.filled_library import ENCODER, fill_sounds
from qvim_studio.core.clip import AudioClip
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library

REPEATS = 5
TOP = 100
TAGGED = 4  # sounds heard at once, as the indexer does
TYPED = ("d", "do", "door", "metal wind", "robot 77")


def measure_library(sounds: int) -> dict[str, Any]:
    """The keys of ``qvim-studio bench library``: median ms of a query with its list of results."""
    with tempfile.TemporaryDirectory() as home:
        library = Library(Path(home) / "library.db")
        began_s = time.perf_counter()
        embedding = fill_sounds(library, sounds, Path(home) / "sounds")
        filled_s = time.perf_counter() - began_s
        library.nearest(ENCODER, embedding, TOP)  # maps the file
        by_voice = [_ms(lambda: library.nearest(ENCODER, embedding, TOP)) for _ in range(REPEATS)]
        by_words = [
            _ms(lambda words=words: library.search_folders(words, FolderKind.SOUNDS, TOP))
            for words in TYPED
        ]
        library.close()
    return {
        "sounds": sounds,
        "nearest_ms": round(sorted(by_voice)[REPEATS // 2], 1),
        "words_max_ms": round(max(by_words), 1),
        "filled_s": round(filled_s, 1),
        "tagged_per_s": round(_tagged_per_s(), 1),
    }


def _tagged_per_s() -> float:
    """How many sounds of 2 s the tagger hears in a second, on as many threads as torch has."""
    from qvim_studio.voice.tagger import Tagger, tagger_samples

    tagger, rng = Tagger.from_folder(), np.random.default_rng(0)
    clips = [AudioClip.from_mono(rng.uniform(-0.5, 0.5, 2 * 44_100), 44_100) for _ in range(TAGGED)]
    tagger.scores_of([tagger_samples(clip) for clip in clips])  # torch prepares itself
    spent_ms = _ms(lambda: tagger.scores_of([tagger_samples(clip) for clip in clips]))
    return 1000 * TAGGED / spent_ms


def _ms(function: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - began_s)
