"""Runs of the engine on a tiny checkpoint, and the sounds that it finds to start from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.audioldm.generator import AudioLdmGenerator
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.starts import NearestSound


def noise_burst(seconds: float, sample_rate: int = 44_100) -> AudioClip:
    rng = np.random.default_rng(0)
    samples = rng.standard_normal(int(seconds * sample_rate)) * 0.2
    return AudioClip.from_mono(samples * np.linspace(1, 0, len(samples)), sample_rate)


def find_nothing(
    query: SoundQuery, folder: str | None, embedder: object
) -> tuple[NearestSound, ...]:
    return ()


def find_two(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
    tone = np.sin(np.arange(8_000) * 0.3).astype(np.float32) * 0.3
    return (
        NearestSound("bark", noise_burst(0.2)),
        NearestSound("beep", AudioClip.from_mono(tone, 16_000)),
    )


def generate(engine: StudioEngine, tiny: str, **changes: object) -> GenerationResult:
    request = GenerationRequest(
        **({"imitation": noise_burst(0.7), "checkpoint": tiny, "variations": 2} | changes)
    )
    return engine.generate(request, lambda progress: None, lambda: False)


def make_silent(monkeypatch: pytest.MonkeyPatch, *calls: int) -> None:
    """The decoder gives silence at these of its calls."""
    decode = AudioLdmGenerator._decode
    count = 0

    def decode_or_not(run: object, *what: object) -> object:
        nonlocal count
        decoded = decode(run, *what)
        count += 1
        return replace(decoded, samples=decoded.samples * (0.0 if count in calls else 1.0))

    monkeypatch.setattr(AudioLdmGenerator, "_decode", decode_or_not)
