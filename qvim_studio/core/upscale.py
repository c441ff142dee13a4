"""Describes a request to add the highs that a sound lacks; the sound is unchanged otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance

_NUMBER = re.compile(r"_\d+$")
_UPSCALED = " upscaled"


@dataclass(frozen=True, eq=False)
class Upscale:
    """provenance: of the sound, if known. known_hz: the frequency up to which the sound is real;
    None measures it."""

    sound: AudioClip
    provenance: Provenance | None = None
    known_hz: float | None = None


def upscaled_name(name: str) -> str:
    """The name of the upscaled sound."""
    plain = _NUMBER.sub("", name)
    return plain if plain.replace("_", " ").endswith(_UPSCALED) else plain + _UPSCALED
