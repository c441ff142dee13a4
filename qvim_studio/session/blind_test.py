"""Describes a blind comparison: the sounds in random order, and the user's ranking."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class BlindTest:
    """A blind comparison. order: sounds as they are shown; choices: the chosen ones, best first."""

    order: tuple[Path, ...] = ()
    choices: tuple[Path, ...] = ()

    @staticmethod
    def of(paths: Sequence[Path], chance: random.Random) -> BlindTest:
        """A comparison of these sounds in random order; nothing is chosen yet."""
        return BlindTest(tuple(chance.sample(list(paths), len(paths))))

    def choosing(self, path: Path) -> BlindTest:
        """The comparison with ``path`` as the next best, or without it if it was chosen already."""
        if path in self.choices:
            return replace(self, choices=tuple(kept for kept in self.choices if kept != path))
        return replace(self, choices=(*self.choices, path))

    def place(self, path: Path) -> int | None:
        """The rank of a sound: 1 for the best, None if it was not chosen."""
        return self.choices.index(path) + 1 if path in self.choices else None
