"""A kind of upscaler that adds a tone at 20 kHz, and remembers what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Checkpoint, Layout
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.families.protocol import Report
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint, Stage

RATE_HZ, TONE_HZ, LEVEL = 48_000, 20_000.0, 0.02
STEPS = 3
NOTE = "Made by a fake."


@dataclass
class FakeUpscaler:
    """Both the kind (families.upscaling.UpscalerFamily) and what it loads. asked: known_hz and seed
    of each sound that was prepared for. loads: how often it was loaded."""

    id: str = "fake_highs"
    title: str = "Fake highs"
    layout: Layout = field(default_factory=lambda: Layout(INDEX_FILE, ("unet",)))
    output_rate_hz: int = RATE_HZ
    reach_hz: float = 24_000.0
    options: tuple[Option, ...] = (
        Option("steps", "Steps", STEPS, Role.QUALITY, 1, 9),
        Option("known_hz", "Real up to", 0.0, Role.EXPERT, 0.0, 24_000.0),
    )
    notes: list[str] = field(default_factory=lambda: [NOTE])
    asked: list[tuple[float, int]] = field(default_factory=list)
    loads: int = 0

    def recognizes(self, folder: Path) -> bool:
        return (folder / "fake_highs.json").is_file()

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        return Footprint((Stage("highs", 1000),))

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> FakeUpscaler:
        self.loads += 1
        return self

    def prepared(self, values: OptionValues, seed: int, report: Report) -> FakeHighs:
        filled = values.filled(self.options)
        self.asked.append((filled.number("known_hz"), seed))
        return FakeHighs(report)


@dataclass
class FakeHighs:
    report: Report
    input_rate_hz: int = RATE_HZ
    output_rate_hz: int = RATE_HZ
    reach_hz: float = 24_000.0

    def extend(self, samples: np.ndarray) -> np.ndarray:
        for step in range(STEPS):
            self.report.step(step + 1, STEPS)
        tone = np.sin(2 * np.pi * TONE_HZ * np.arange(len(samples)) / RATE_HZ)
        return (samples + LEVEL * tone).astype(np.float32)


def write_fake_upscaler(folder: Path) -> Path:
    """A folder that it recognizes, whose sounds may not be sold."""
    folder.mkdir(parents=True)
    (folder / "fake_highs.json").touch()
    card = '{"id": "fake-highs", "title": "Fake highs", "licence": "Secret", "commercial": "no"}'
    (folder / "studio.json").write_text(card)
    return folder
