"""Spreads the variations of a request between near and far from their starting sounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from qvim_studio.families.protocol import Asked, Report

# Distances between near (-1) and far (1); seed n has the one at n modulo their number, which is the
# usual number of starting sounds. The first keeps the strength; neighbors lie apart.
PLACES = (0.0, -1.0, 1.0, -0.5)
NEAREST_SHARE = 0.4  # of the requested strength, for the nearest variation at full variety
SECOND_TRY = 0.5  # of the strength, for a silent variation


@dataclass(frozen=True, eq=False)
class Spread:
    """Decides the strength of the noise on each seed's starting sound, from the seed alone.

    strength: the requested one. variety: at 0 every seed keeps the strength; at 1 the seeds range
    from NEAREST_SHARE of it to the whole noise schedule. likely: for each starting sound, whether
    it is likely of the target's kind; seed n starts from the one at n modulo their number.
    likely_nearer: share of the strength that likely sounds lose at full variety, because more of a
    right sound is worth keeping.
    """

    strength: float
    variety: float
    likely: tuple[bool, ...] = ()
    likely_nearer: float = 0.0
    _again: dict[int, float] = field(default_factory=dict)

    def strength_of(self, seed: int) -> float:
        """The strength of a seed as a share of the noise schedule, 0..1."""
        if seed in self._again:
            return self._again[seed]
        strength = self.strength
        if self.likely and self.likely[seed % len(self.likely)]:
            strength *= 1.0 - self.likely_nearer * self.variety
        place = self.variety * PLACES[seed % len(PLACES)]
        room = 1.0 - strength if place > 0.0 else strength * (1.0 - NEAREST_SHARE)
        return strength + place * room

    def come_nearer(self, seed: int) -> float:
        """Bring a seed nearer to its starting sound from now on, and return its strength."""
        self._again[seed] = SECOND_TRY * self.strength_of(seed)
        return self._again[seed]

    def groups(
        self, seeds: Sequence[int], asked: Asked, report: Report
    ) -> Iterator[tuple[list[int], Asked, Report]]:
        """Groups of seeds of the same strength, in the order of their first seeds, each with its
        task and its part of the whole report."""
        alike: dict[float, list[int]] = {}
        for seed in seeds:
            alike.setdefault(self.strength_of(seed), []).append(seed)
        done = 0
        for strength, group in alike.items():
            part = _part_of(report, done, len(group), len(seeds))
            yield group, replace(asked, strength=strength), part
            done += len(group)


def _part_of(report: Report, done: int, share: int, count: int) -> Report:
    """The part of the report of ``count`` variations that belongs to the ``share`` variations after
    the first ``done``."""

    def on_step(step: int, steps: int, picture: np.ndarray | None) -> None:
        report.on_step(done * steps // share + step, count * steps // share, picture)

    return replace(report, on_step=on_step)
