"""A family of generators in a package of its own: the smallest one that keeps the whole contract.

Copy this folder, rename it, and replace the colored noise of ``make`` by your model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout
from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.families.protocol import Asked, Generator, Made, Report
from qvim_studio.memory.footprint import Footprint, Stage

INDEX = "example.json"
RATE_HZ = 48_000
OPTIONS = (Option("color", "Color", 1.0, Role.VARIETY, 0.0, 2.0, 0.1),)


class ExampleGenerator(Generator):
    """Colored noise: its spectrum falls as 1 / f to the power of ``color``."""

    def condition(self, asked: Asked) -> float:
        self.notes.append("This is the example family: noise, whatever was asked for.")
        return asked.options.number("color")

    def make(
        self, condition: float, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        frames = round(asked.duration_s * RATE_HZ)
        for number, seed in enumerate(seeds, start=1):
            report.step(number, len(seeds))
            spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(frames))
            spectrum /= np.maximum(np.arange(len(spectrum)), 1.0) ** (condition / 2)
            noise = np.fft.irfft(spectrum, frames)
            yield Made(seed, (0.5 * noise / np.abs(noise).max())[:, None].astype(np.float32))


class ExampleFamily:
    """See qvim_studio.families.protocol.Family for what each member promises."""

    id = "example"
    layout = Layout(INDEX, (".",))

    def recognizes(self, folder: Path) -> bool:
        try:
            return json.loads((folder / INDEX).read_text(encoding="utf-8")) == {"example": 1}
        except (OSError, ValueError):
            return False

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        return Capabilities(
            inputs=frozenset({Input.VOICE, Input.TEXT}),
            edits=frozenset(),
            voice_route=VoiceRoute.NONE,
            sample_rate_hz=RATE_HZ,
            channels=1,
            min_s=0.2,
            max_s=60.0,
            options=OPTIONS,
            presets=(Preset("standard", "Standard", OptionValues({"color": 1.0})),),
        )

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        return Footprint((Stage("make", weights=0, row_bytes_per_s=8 * RATE_HZ),))

    def load(self, checkpoint: Checkpoint, plan: object) -> Generator:
        return ExampleGenerator()


FAMILY = ExampleFamily()
