"""An engine for the command line: a second of noise for each variation."""

from __future__ import annotations

import sys

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.match import Match
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.result import GenerationResult, Progress, Variation


class FakeEngine:
    """Gives back one second of noise per variation, drawn from its seed."""

    def __init__(self) -> None:
        self.requests: list[GenerationRequest] = []
        self.is_closed = False
        self.error: BaseException | None = None
        self.arrive_before_it = 0
        self.notes: tuple[str, ...] = ()

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        raise AssertionError("a command has nobody who waits")

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        self.requests.append(request)
        provenance = Provenance("starter", "Starter", "1", "CC0", "yes")
        for index in reversed(range(self.arrive_before_it)):
            arrived = GenerationResult(request, provenance, (self._variation(request, index),))
            on_progress(Progress("decode", index + 1, request.variations, arrived=arrived))
        if self.error is not None:
            raise self.error
        sys.stdout.write("a library that talks\n")
        variations = tuple(self._variation(request, index) for index in range(request.variations))
        return GenerationResult(
            request.with_changes(start=Start.NOISE),
            provenance,
            variations,
            {"load": 0.1, "total": 0.5},
            notes=self.notes,
            fitted=tuple(self._fitted(request, index) for index in range(request.fits)),
        )

    def close(self) -> None:
        self.is_closed = True

    @staticmethod
    def _fitted(request: GenerationRequest, index: int) -> Variation:
        clip = AudioClip.from_mono(np.full(4410, 0.1), 44_100)
        origin = Provenance("", "dog", "", "your own", "conditional")
        seed = request.seed + index
        return Variation(clip, seed, 0.5, 22_050.0, "dog", None, Origin.FITTED, origin)

    @staticmethod
    def _variation(request: GenerationRequest, index: int) -> Variation:
        seed = request.seed + index
        samples = np.random.default_rng(seed).uniform(-0.5, 0.5, 48_000)
        clip = AudioClip.from_mono(samples, 48_000)
        similarity = None if request.imitation is None else 0.9 - 0.1 * index
        match = (
            None if request.imitation is None else Match(max(5 - index, 1), 0.5, 0.9 - 0.1 * index)
        )
        return Variation(clip, seed, similarity, 8000.0, match=match)
