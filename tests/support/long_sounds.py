"""A generator of long sounds that costs nothing: noise by seed, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from qvim_studio.core.capabilities import Windows
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Generator, Made, Report
from qvim_studio.generation.loaded import Loaded, load

RATE = 16_000
LEVEL = 0.1


class NoiseWindows(Generator):
    """Makes noise of a window's own seed after the kept part, and remembers what it was asked.

    streams: whether it hands its samples over second by second. gain: the level of each sound
    against that of the sound it continues; None gives every sound the same level. levels: the level
    of a window against the others by its number, from 0; 0 is silence.
    """

    def __init__(self, levels: dict[int, float] | None = None) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.remembers = True
        self.has_pictures = True
        self.streams = False
        self.gain: float | None = None
        self.levels = levels or {}

    def condition(self, asked: Asked) -> None:
        return None

    def make(
        self, condition: object, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        number = len(self.asked)
        if self.remembers:
            self.asked.append(asked)
        for seed in seeds:
            report.step(1, 1)
            frames = round(asked.duration_s * RATE)
            noise = np.random.default_rng(seed).standard_normal((frames, 1), np.float32)
            samples = np.float32(LEVEL * self.levels.get(number, 1.0)) * noise
            if asked.kept is not None:
                if self.gain is not None:
                    own = asked.kept.sound.samples[: round(asked.kept.parts_s[0][0] * RATE)]
                    samples *= self.gain * own.std() / samples.std()
                kept = asked.kept.sound.samples[:frames, :1]
                is_kept = np.arange(len(kept)) < len(kept)
                for part in asked.kept.parts_s:
                    begin, end = (round(at_s * RATE) for at_s in part)
                    is_kept[begin:end] = False
                samples[: len(kept)][is_kept] = kept[is_kept]
            if self.streams and report.on_samples is not None:
                for begin in range(0, frames, RATE):
                    report.step(1, 1)
                    report.on_samples(samples[begin : begin + RATE])
            picture = np.full((64, 10), 99, np.uint8) if self.has_pictures else None
            yield Made(seed, samples, picture, goes_on=number)


def load_noise(folder: Path, windows: Windows, max_s: float) -> tuple[Loaded, NoiseWindows]:
    """A tiny checkpoint, in memory once for all tests, whose sounds this generator makes."""
    loaded, generator = _loaded(folder), NoiseWindows()
    can = replace(loaded.capabilities, windows=windows, max_s=max_s)
    return replace(loaded, generator=generator, capabilities=can), generator


@cache
def _loaded(folder: Path) -> Loaded:
    checkpoint = find_checkpoint(str(folder))
    return load(checkpoint, plan_for(checkpoint, VramMode.CPU))
