"""A sound that gets the highs that it lacks, and stays what it is otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance

_NUMBER = re.compile(r"_\d+$")
_UPSCALED = " upscaled"


@dataclass(frozen=True, eq=False)
class Upscale:
    """provenance: of the sound, where that is known. known_hz: up to where it is real, where that
    is known; None: as far as it is measured to reach."""

    sound: AudioClip
    provenance: Provenance | None = None
    known_hz: float | None = None


def upscaled_name(name: str) -> str:
    """What the upscaled sound of this name is called."""
    plain = _NUMBER.sub("", name)
    return plain if plain.replace("_", " ").endswith(_UPSCALED) else plain + _UPSCALED
