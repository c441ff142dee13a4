"""Describes real sounds that requests start from or fit to a voice, and the functions that find
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    """A real sound found for a request. likelihood: 0..1, that it is of the kind that the voice
    imitates; None where only nearness is known."""

    name: str
    clip: AudioClip
    likelihood: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True, eq=False)
class SimilarSound:
    """A real sound that is shown beside the made ones. embedding: (EARS_DIM,)."""

    path: Path
    embedding: np.ndarray


@dataclass(frozen=True, eq=False)
class FittableSound(NearestSound):
    """A sound to be fitted to a voice. kind: of the sound; empty if unknown. provenance: its title,
    author and licence."""

    kind: str
    provenance: Provenance


@dataclass(frozen=True, eq=False)
class StartingSound:
    """A sound to start from. clip: at the generator's rate, already arranged along the imitation,
    with one channel or those of the made sounds. found: the real sound as recorded if it is likely
    of the target's kind, else None."""

    name: str
    clip: AudioClip
    found: AudioClip | None = None


FindNearest = Callable[[SoundQuery, str | None, "Hearing"], Sequence[NearestSound]]
FindSimilar = Callable[[SoundQuery, str | None, "Hearing"], Sequence[SimilarSound]]
FindFittable = Callable[[SoundQuery, str | None, "Hearing", int], Sequence[FittableSound]]
