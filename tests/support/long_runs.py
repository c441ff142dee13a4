"""Runs of long sounds on a generator that costs nothing, and the takes that they follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine_runs import find_nothing
from long_sounds import RATE, NoiseWindows, load_noise
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.capabilities import Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.result import Progress, Variation
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.long_run import LongRun
from qvim_studio.generation.phase_clock import PhaseClock

WINDOWS = Windows(1.28, 0.64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def noise(folder: Path) -> tuple[Loaded, NoiseWindows]:
    return load_noise(folder, WINDOWS, max_s=2.0)


def request_for(seconds: float | None, **changes: object) -> GenerationRequest:
    values = {
        "text": "" if changes.get("imitation") else "rain",
        "duration_s": seconds,
        "variations": 1,
        "seed": 7,
        "extend_bandwidth": False,
        "start": Start.NOISE,
        **changes,
    }
    return GenerationRequest(**values)  # type: ignore[arg-type]


def make(
    loaded: Loaded,
    request: GenerationRequest,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    *,
    in_chunks: bool = False,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[tuple[Variation, ...], LongRun]:
    run = LongRun(loaded, request, in_chunks=in_chunks)
    run.encode(find_nothing)
    made = run.make(on_progress, is_cancelled, lambda variation, picture: None, PhaseClock())
    return made, run


def voice(*parts: tuple[float, float]) -> AudioClip:
    """Noise of so many seconds at such levels."""
    rng = np.random.default_rng(5)
    samples = [level * rng.standard_normal(round(seconds * RATE)) for seconds, level in parts]
    return AudioClip.from_mono(np.concatenate(samples), RATE)


def rms_db(clip: AudioClip, begin_s: float, end_s: float) -> float:
    part = clip.samples[round(begin_s * clip.sample_rate) : round(end_s * clip.sample_rate)]
    return 20 * float(np.log10(max(part.std(), 1e-9)))
