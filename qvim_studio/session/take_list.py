"""Lists all takes in order, and the take in hand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

log = logging.getLogger(__name__)

KEPT_IN_LIST = 200  # newest takes of earlier sessions that previous/next walks through


@dataclass(frozen=True)
class TakeList:
    """All takes. paths: oldest first; index: of the take in hand, -1 for none."""

    paths: tuple[Path, ...] = ()
    index: int = -1

    @property
    def current(self) -> Path | None:
        return self.paths[self.index] if 0 <= self.index < len(self.paths) else None

    @property
    def has_previous(self) -> bool:
        return bool(self.paths) and self.index != 0

    @property
    def has_next(self) -> bool:
        return 0 <= self.index < len(self.paths) - 1

    def choosing(self, path: Path) -> TakeList:
        """The list with ``path`` in hand, added as the newest take if it is unknown."""
        if path in self.paths:
            return replace(self, index=self.paths.index(path))
        return TakeList((*self.paths, path), len(self.paths))

    def with_earlier(self, paths: tuple[Path, ...]) -> TakeList:
        """The list with takes of earlier sessions before the known takes."""
        new = tuple(path for path in paths if path not in self.paths)
        index = self.index + len(new) if self.index >= 0 else -1
        return TakeList((*new, *self.paths), index)

    def with_later(self, paths: Sequence[Path]) -> TakeList:
        """The list with more takes after the known ones; the take in hand stays in hand."""
        new = tuple(path for path in dict.fromkeys(paths) if path not in self.paths)
        return replace(self, paths=(*self.paths, *new))

    def previous(self) -> Path | None:
        """The take before the take in hand; the newest if no take is in hand."""
        if not self.has_previous:
            return None
        return self.paths[self.index - 1] if self.index > 0 else self.paths[-1]

    def next(self) -> Path | None:
        return self.paths[self.index + 1] if self.has_next else None

    def without(self, path: Path) -> TakeList:
        """The list without a take whose file is gone; the take in hand stays in hand."""
        current = self.current
        paths = tuple(kept for kept in self.paths if kept != path)
        return TakeList(paths, paths.index(current) if current in paths else -1)


def read_takes(folder: Path) -> tuple[Path, ...]:
    """The takes on disk, oldest first, including those of a session that crashed."""
    try:
        takes = [(path.stat().st_mtime, path) for path in folder.glob("*.wav")]
    except OSError as error:
        log.info("The takes in %s cannot be read: %s", folder, error)
        return ()
    return tuple(path for _, path in sorted(takes))[-KEPT_IN_LIST:]
