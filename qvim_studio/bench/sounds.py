"""Measures searches among many sounds and the analysis of sounds."""

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
TOGETHER = 4  # sounds analyzed at once, as in the indexer
RATE_HZ = 44_100
SOUND_S, TAKE_S = 2.0, 3.0
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
        **_listening(),
    }


def _listening() -> dict[str, float]:
    """The speed of analysis on all of torch's threads: sounds per second and processor seconds per
    sound, which other programs hardly affect. tagged: by the tagger alone; listened: by all
    networks, as in indexing; embedded: a take of 3 s by itself."""
    from qvim_studio.voice.hearing import PreparedSound, program_hearing
    from qvim_studio.voice.tagger import tagger_samples

    hearing, rng = program_hearing(), np.random.default_rng(0)

    def noise(seconds: float) -> AudioClip:
        return AudioClip.from_mono(rng.uniform(-0.5, 0.5, round(seconds * RATE_HZ)), RATE_HZ)

    sounds, take = [noise(SOUND_S) for _ in range(TOGETHER)], noise(TAKE_S)
    tagged_s, tagged_cpu_s = _seconds(
        lambda: hearing.tagger.scores_of([tagger_samples(clip) for clip in sounds])
    )
    listened_s, listened_cpu_s = _seconds(
        lambda: hearing.listen([PreparedSound.of(clip) for clip in sounds])
    )
    embedded_s, embedded_cpu_s = _seconds(lambda: hearing.embed(take, "imitation"))
    return {
        "tagged_per_s": round(TOGETHER / tagged_s, 1),
        "tagged_cpu_s": round(tagged_cpu_s / TOGETHER, 4),
        "listened_per_s": round(TOGETHER / listened_s, 1),
        "listened_cpu_s": round(listened_cpu_s / TOGETHER, 4),
        "embedded_s": round(embedded_s, 3),
        "embedded_cpu_s": round(embedded_cpu_s, 3),
    }


def _seconds(function: Callable[[], object]) -> tuple[float, float]:
    """Median wall seconds and processor seconds of a call."""
    function()  # torch prepares its kernels
    spent = []
    for _ in range(REPEATS):
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        function()
        spent.append((time.perf_counter() - began_s, time.process_time() - began_cpu_s))
    clock_s, cpu_s = np.median(spent, axis=0).tolist()
    return clock_s, cpu_s


def _ms(function: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - began_s)
