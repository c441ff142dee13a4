"""A blind comparison: sounds in an order that tells nothing, and which of them the user chose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class BlindTest:
    """order: of the sounds as they are shown; choices: of these, the best first."""

    order: tuple[Path, ...] = ()
    choices: tuple[Path, ...] = ()

    @staticmethod
    def of(paths: Sequence[Path], chance: random.Random) -> BlindTest:
        """Nothing is chosen yet."""
        return BlindTest(tuple(chance.sample(list(paths), len(paths))))

    def choosing(self, path: Path) -> BlindTest:
        """With ``path`` as the next best; one that was chosen before loses its place."""
        if path in self.choices:
            return replace(self, choices=tuple(kept for kept in self.choices if kept != path))
        return replace(self, choices=(*self.choices, path))

    def place(self, path: Path) -> int | None:
        """1 for the best, None for what was not chosen."""
        return self.choices.index(path) + 1 if path in self.choices else None
