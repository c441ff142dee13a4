"""Describes a sound of the library, as lists show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qvim_studio.core.match import Match
from qvim_studio.core.sound_words import SoundWord


@dataclass(frozen=True, eq=False)
class ClipEntry:
    """One sound file with what its recipe and the user say about it.

    group: clips of one request share it; title: what was asked for, or the user's own name. match:
    how well it answers its imitation; None without an imitation, or if unknown. created_s: seconds
    since the epoch, of the request. peaks: (columns, 2) minima and maxima scaled to a peak of 1, or
    None while not yet read. asked: what the whole request was about, where the title is the user's
    own. id: in the library; 0 for a file that is not in it. commercial: "yes", "no" or
    "conditional", empty if unknown. rating: 0 (none) .. 5. is_fitted: a real sound that follows the
    voice, of which title and licence are the real sound's. words: what a sound of the user's own is
    heard as, the surest first.
    """

    path: Path
    group: str
    title: str
    created_s: float
    duration_s: float
    match: Match | None
    seed: int
    checkpoint_title: str
    licence: str
    peaks: np.ndarray | None = None
    asked: str = ""
    id: int = 0
    commercial: str = ""
    is_starred: bool = False
    rating: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""
    words: tuple[SoundWord, ...] = ()
    is_fitted: bool = False
