"""Upscalers, which add highs above the band of a sound, and how a family declares its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qvim_studio.core.options import Option, OptionValues
from qvim_studio.families.protocol import Report
from qvim_studio.memory.footprint import Footprint

if TYPE_CHECKING:
    from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout
    from qvim_studio.memory.compute_plan import ComputePlan

KNOWN_HZ = "known_hz"  # the option that says up to where a sound is real; every kind has it
STEPS = "steps"


class Upscaler(Protocol):
    """Adds highs and keeps the rest: same length, same level.

    reach_hz: how far up the content may reach afterwards.
    """

    @property
    def input_rate_hz(self) -> int: ...

    @property
    def output_rate_hz(self) -> int: ...

    @property
    def reach_hz(self) -> float: ...

    def extend(self, samples: np.ndarray) -> np.ndarray:
        """Mono float32 (frames,) at ``input_rate_hz`` → as long a sound at ``output_rate_hz``, at
        the level it came with. Raises CancelledError soon after the user's cancel."""
        ...


class LoadedUpscaler(Protocol):
    """An upscaler in memory. notes: sentences for the user."""

    @property
    def notes(self) -> list[str]: ...

    def prepared(self, values: OptionValues, seed: int, report: Report) -> Upscaler:
        """For one sound. values: of the declared options; a seed alone decides what is made.

        Raises UsageError for a value that an option refuses.
        """
        ...


class UpscalerFamily(Protocol):
    """One kind of upscaler. id: as the registry spells it. title: for sentences. Its module
    ``upscaling`` names one object of it UPSCALER."""

    id: str
    title: str
    output_rate_hz: int
    reach_hz: float
    options: tuple[Option, ...]

    @property
    def layout(self) -> Layout: ...

    def recognizes(self, folder: Path) -> bool:
        """Whether a folder holds one, by its configuration files."""
        ...

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """What it takes of memory. Raises CheckpointError if its files are damaged."""
        ...

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> LoadedUpscaler:
        """Every part in memory. Raises CheckpointError naming what is missing or damaged."""
        ...
