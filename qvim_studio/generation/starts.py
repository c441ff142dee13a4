"""Real sounds that are started from or fitted to a voice, and who finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.sound_query import SoundQuery

if TYPE_CHECKING:
    from qvim_studio.voice.hearing import Hearing


@dataclass(frozen=True, eq=False)
class NearestSound:
    """A real sound found for a request."""

    name: str
    clip: AudioClip


@dataclass(frozen=True, eq=False)
class SimilarSound:
    """A real sound that is shown beside the made ones. embedding: (EARS_DIM,)."""

    path: Path
    embedding: np.ndarray


@dataclass(frozen=True, eq=False)
class FittableSound(NearestSound):
    """One that is to be fitted to a voice. kind: what it is a sound of; empty where nobody knows.
    provenance: its title, author and licence."""

    kind: str
    provenance: Provenance


@dataclass(frozen=True, eq=False)
class StartingSound:
    """clip: at the generator's rate, already along the imitation; of one channel, or of those that
    are made."""

    name: str
    clip: AudioClip


FindNearest = Callable[[SoundQuery, str | None, "Hearing"], Sequence[NearestSound]]
FindSimilar = Callable[[SoundQuery, str | None, "Hearing"], Sequence[SimilarSound]]
FindFittable = Callable[[SoundQuery, str | None, "Hearing", int], Sequence[FittableSound]]
