"""Describes how well a sound matches what it is compared with: kind and movement."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

DOTS = 5


class Compared(str, Enum):
    """What a sound's kind is compared with; movement is always compared with what sets the time."""

    TAKE = "take"
    TIMBRE = "timbre"  # the sound that was given to sound like
    EDITED = "edited"  # the sound that is being edited or continued


@dataclass(frozen=True)
class Match:
    """How well a sound matches an imitation.

    kind: 1..5 dots, k where about (2 k - 1) / 10 of such sounds were of the right kind (see
    voice.likelihood); None where the ears disagree. movement: 0..1, see audio.following.movement.
    likelihood: 0..1, of the right kind, by which sounds are ordered; also where kind is None.
    """

    kind: int | None
    movement: float
    likelihood: float
    compared: Compared = Compared.TAKE

    def __post_init__(self) -> None:
        """Raises TypeError or ValueError if a value is out of range or of a wrong type."""
        if self.kind is not None and (type(self.kind) is not int or not 1 <= self.kind <= DOTS):
            raise ValueError(f"kind is {self.kind!r}, expected 1 to {DOTS} or None")
        for name in ("movement", "likelihood"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected 0 to 1")

    def as_dict(self) -> dict[str, Any]:
        """The match as recipes store it."""
        return {**asdict(self), "compared": self.compared.value}


def goodness(match: Match | None) -> float:
    """The number that orders sounds, the greatest first; 0 if nothing is known."""
    return 0.0 if match is None else match.likelihood
