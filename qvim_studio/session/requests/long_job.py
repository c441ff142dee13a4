"""Describes a job that takes so long that the user is asked first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qvim_studio.core.request import GenerationRequest

LONG_TAKE_S = 20.0  # a part of it would be made much sooner


@dataclass(frozen=True, eq=False)
class LongJob:
    """A long job. seconds: its whole duration. start: starts it anyway."""

    seconds: float
    requests: tuple[GenerationRequest, ...]
    start: Callable[[], object]

    @property
    def is_of_long_take(self) -> bool:
        """Whether a shorter part of the imitation would help."""
        (first, *others) = self.requests
        take = first.imitation
        is_as_long = first.edit is None and first.duration_s is None
        return not others and is_as_long and take is not None and take.duration_s > LONG_TAKE_S
