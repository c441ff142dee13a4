"""Describes where a sound comes from and whether it may be sold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import Enum

STRICTNESS = ("yes", "conditional", "no")  # of ``commercial``, the strictest last
_JOINT = " + "


class Origin(str, Enum):
    """How a sound was made: by a model, or from a real sound that follows the voice."""

    MADE = "made"
    FITTED = "fitted"


@dataclass(frozen=True)
class Provenance:
    """Where a clip's sound comes from; every file carries it."""

    checkpoint: str
    checkpoint_title: str
    revision: str
    licence: str
    commercial: str  # one of STRICTNESS
    loras: str = ""  # name, weight, licence and revision of each LoRA that changed the checkpoint

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def with_parts_of(self, other: Provenance) -> Provenance:
        """The provenance of a sound in which parts of another remain: both licences hold, and the
        stricter says whether it may be sold."""
        licences = [*self.licence.split(_JOINT), *other.licence.split(_JOINT)]
        return replace(
            self,
            licence=_JOINT.join(dict.fromkeys(licences)),
            commercial=max(self.commercial, other.commercial, key=_strictness),
        )


def _strictness(commercial: str) -> int:
    """An unknown word counts as the strictest."""
    return STRICTNESS.index(commercial) if commercial in STRICTNESS else len(STRICTNESS)
