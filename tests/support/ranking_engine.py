"""An engine that makes noise at once and finds later seeds nearer to the voice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import Variation

RATE = 16_000


def noise(seed: int) -> AudioClip:
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, RATE // 2)
    return AudioClip.from_mono((samples - samples.mean()).astype(np.float32), RATE)


class RankingEngine:
    """Finds later seeds nearer to the voice, shows them first, and drops the silent ones.

    is_stuck: every seed gives the same.
    """

    def __init__(self, *silent: int, is_stuck: bool = False) -> None:
        self.silent = silent
        self.is_stuck = is_stuck
        self.requests: list[GenerationRequest] = []

    def generate(self, request: GenerationRequest, *_: Any) -> SimpleNamespace:
        self.requests.append(request)
        seeds = [seed for seed in range(request.variations) if seed not in self.silent]
        variations = [
            Variation(noise(0 if self.is_stuck else seed), seed, seed / 10, 8000.0)
            for seed in reversed(seeds)
        ]
        return SimpleNamespace(variations=tuple(variations))
