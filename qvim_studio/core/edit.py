"""A part of a sound that is made anew, or what comes after its end, while the rest stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance

CONTEXT_S = 2.0  # of the sound before and after the part, which the model hears while it works
MIN_PART_S = 0.1
MAX_PART_S = 100.0  # with what is around it, within the longest sound that can be made
OVERLAP_S = 0.2  # a continuation begins before the end, for sounds end in a fade
_NUMBER = re.compile(r"_\d+$")
_EDITED = " edited"


@dataclass(frozen=True, eq=False)
class Edit:
    """What is edited, and where.

    sound: of which everything outside the part stays as it is, sample by sample.
    begin_s, end_s: the part; where it ends after the sound does, the sound gets longer.
    provenance: of the sound, where that is known.
    bit_depth: of its file, and so of the result, which keeps the samples outside the part; 32 is
    float.
    """

    sound: AudioClip
    begin_s: float
    end_s: float
    provenance: Provenance | None = None
    bit_depth: int = 24

    def __post_init__(self) -> None:
        length_s = self.sound.duration_s
        if not 0.0 <= self.begin_s <= length_s:
            raise UsageError(
                f"The part must begin within the sound, 0 to {length_s:.2f} s, got "
                f"{self.begin_s:g} s. Choose a part of the sound, or continue it."
            )
        if not MIN_PART_S - 1e-9 <= self.end_s - self.begin_s <= MAX_PART_S:
            raise UsageError(
                f"The part must be {MIN_PART_S:g} to {MAX_PART_S:g} s long, got {self.begin_s:g} "
                f"to {self.end_s:g} s. Choose another one."
            )

    @classmethod
    def continuing(
        cls, sound: AudioClip, seconds: float, provenance: Provenance | None = None
    ) -> Edit:
        """The sound goes on for so many seconds after its end."""
        length_s = sound.duration_s
        overlap_s = min(OVERLAP_S, length_s / 4)
        return cls(sound, length_s - overlap_s, length_s + seconds, provenance)

    @property
    def is_continuation(self) -> bool:
        """Whether the sound gets longer."""
        return self.end_s > self.sound.duration_s

    @property
    def window_s(self) -> tuple[float, float]:
        """Begin and end of what is computed: the part and what is heard around it."""
        after_s = min(self.end_s + CONTEXT_S, self.sound.duration_s)
        return max(0.0, self.begin_s - CONTEXT_S), max(self.end_s, after_s)

    @property
    def surroundings(self) -> AudioClip:
        """The sound within the window; shorter than that where the sound gets longer."""
        rate = self.sound.sample_rate
        begin, end = (round(seconds * rate) for seconds in self.window_s)
        return AudioClip(self.sound.samples[begin:end], rate)


def edited_name(name: str) -> str:
    """What an edit of the sound of this name is called; an edit of an edit is none the more so."""
    plain = _NUMBER.sub("", name)
    return plain if plain.replace("_", " ").endswith(_EDITED) else plain + _EDITED
