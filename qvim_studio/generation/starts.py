"""Real sounds that are started from or fitted to a voice, and who finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.result import FoundSound
from qvim_studio.core.sound_query import SoundQuery

if TYPE_CHECKING:
    from qvim_studio.voice.hearing import Hearing


@dataclass(frozen=True, eq=False)
class NearestSound:
    """A real sound found for a request. similarity: to the voice, -1..1, as the ears weigh it; None
    for words alone."""

    name: str
    clip: AudioClip
    similarity: float | None


@dataclass(frozen=True, eq=False)
class FittableSound(NearestSound):
    """One that is to be fitted to a voice. kind: what it is a sound of; empty where nobody knows.
    provenance: its title, author and licence."""

    kind: str
    provenance: Provenance


FindNearest = Callable[[SoundQuery, str | None, "Hearing"], Sequence[NearestSound]]
FindSimilar = Callable[[SoundQuery, str | None, "Hearing"], tuple[FoundSound, ...]]
FindFittable = Callable[[SoundQuery, str | None, "Hearing", int], Sequence[FittableSound]]
