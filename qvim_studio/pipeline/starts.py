"""Real sounds that denoising starts from, and who finds them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.result import FoundSound
from qvim_studio.core.sound_query import SoundQuery

if TYPE_CHECKING:
    from qvim_studio.pipeline.hearing import Hearing


@dataclass(frozen=True, eq=False)
class NearestSound:
    """A real sound found for a request. similarity: to the voice, -1..1, as the ears weigh it; None
    for words alone."""

    name: str
    clip: AudioClip
    similarity: float | None


FindNearest = Callable[[SoundQuery, str | None, "Hearing"], Sequence[NearestSound]]
FindSimilar = Callable[[SoundQuery, str | None, "Hearing"], tuple[FoundSound, ...]]
