"""Runs tiny checkpoints of the Stable Audio families."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.protocol import Asked, Made, Report, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS, ModeTraits

RATE = 44_100


@dataclass(frozen=True, eq=False)
class Loaded:
    """A tiny checkpoint in memory. made: sounds of these seeds, (frames, 2) each."""

    generator: Any
    capabilities: Capabilities

    def asked(self, duration_s: float = 0.3, steps: int = 2, **given: Any) -> Asked:
        values = OptionValues({"steps": steps, **given.pop("options", {})})
        return Asked(duration_s, options=self.capabilities.filled(values), **given)

    def made(self, asked: Asked, seeds: Sequence[int] = (0,)) -> list[np.ndarray]:
        return [each.samples for each in self.run(asked, seeds)]

    def run(
        self, asked: Asked, seeds: Sequence[int], report: Report | None = None
    ) -> Iterator[Made]:
        condition = self.generator.condition(asked)
        yield from self.generator.make(condition, asked, seeds, report or quiet_report())


def load_tiny(family: Any, folder: Path, **changes: Any) -> Loaded:
    """changes: of the traits of the processor's mode, such as max_batch."""
    checkpoint = Checkpoint("tiny", "Tiny", folder)
    plan = make_tiny_plan(replace(TRAITS[VramMode.CPU], **changes))
    return Loaded(family.load(checkpoint, plan), family.describe(checkpoint))


def make_tiny_plan(traits: ModeTraits) -> ComputePlan:
    return ComputePlan(VramMode.CPU, "cpu", torch.float32, traits)


def quiet_report() -> Report:
    return Report(lambda done, steps, picture: None, lambda: False)


def hum(seconds: float, hz: float = 220.0, channels: int = 1, rate: int = RATE) -> AudioClip:
    time_s = np.arange(round(seconds * rate)) / rate
    sides = [0.3 * np.sin(2 * np.pi * hz * (1 + side) * time_s) for side in range(channels)]
    return AudioClip(np.stack(sides, axis=1).astype(np.float32), rate)


def voice_of(clip: AudioClip) -> Voice:
    return Voice(clip, np.zeros(960, np.float32))


def relative_error(got: Any, expected: Any) -> float:
    """The greatest difference against the greatest value."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{got.shape} against {expected.shape}"
    return float(np.abs(got - expected).max() / np.abs(expected).max())


def checkpoint_in(folder: Path) -> Checkpoint:
    return Checkpoint("tiny", "Tiny", folder)
