"""Spreads the variations of a request from near to far of the sounds that they start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qvim_studio.families.protocol import Asked, Report

# Where a seed lies between near (-1) and far (1), by its rest modulo their number: as many as
# sounds that are started from usually. The first is as asked; neighbours lie apart.
PLACES = (0.0, -1.0, 1.0, -0.5)
NEAREST_SHARE = 0.4  # of the asked strength, for the nearest variation at full variety
SECOND_TRY = 0.5  # of the strength, for a variation that came out silent


@dataclass(frozen=True, eq=False)
class Spread:
    """How far each seed's starting sound is noised. A seed alone decides, however many others are
    made beside it.

    strength: that was asked for. variety: 0 leaves all as asked, 1 goes from NEAREST_SHARE of it to
    all of the noise schedule.
    """

    strength: float
    variety: float
    _again: dict[int, float] = field(default_factory=dict)

    def strength_of(self, seed: int) -> float:
        """0..1, the share of the noise schedule."""
        if seed in self._again:
            return self._again[seed]
        place = self.variety * PLACES[seed % len(PLACES)]
        room = 1.0 - self.strength if place > 0.0 else self.strength * (1.0 - NEAREST_SHARE)
        return self.strength + place * room

    def come_nearer(self, seed: int) -> float:
        """From now on a seed lies nearer to the sound that it starts from; how near."""
        self._again[seed] = SECOND_TRY * self.strength_of(seed)
        return self._again[seed]

    def groups(
        self, seeds: Sequence[int], asked: Asked, report: Report
    ) -> Iterator[tuple[list[int], Asked, Report]]:
        """Seeds that are noised as far, in the order in which they are met first, what is asked for
        them, and their part of the report of all."""
        alike: dict[float, list[int]] = {}
        for seed in seeds:
            alike.setdefault(self.strength_of(seed), []).append(seed)
        done = 0
        for strength, group in alike.items():
            part = _part_of(report, done, len(group), len(seeds))
            yield group, replace(asked, strength=strength), part
            done += len(group)


def _part_of(report: Report, done: int, share: int, count: int) -> Report:
    """The report of ``share`` variations behind ``done`` others, as a part of that of ``count``."""

    def on_step(step: int, steps: int, picture: np.ndarray | None) -> None:
        report.on_step(done * steps // share + step, count * steps // share, picture)

    return replace(report, on_step=on_step)
