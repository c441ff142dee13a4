"""The compute plans of checkpoints and upscalers on this machine."""

from __future__ import annotations

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
from qvim_studio.families.known import family_of, upscaler_by_id
from qvim_studio.memory.accelerators import Accelerators
from qvim_studio.memory.compute_plan import ComputePlan, make_plan


def plan_for(
    checkpoint: Checkpoint, mode: VramMode, accelerators: Accelerators | None = None
) -> ComputePlan:
    """See memory.compute_plan.make_plan. Raises CheckpointError if its files are damaged."""
    return make_plan(mode, family_of(checkpoint).footprint(checkpoint), accelerators)


def upscaler_plan_for(
    upscaler: Checkpoint, mode: VramMode, accelerators: Accelerators | None = None
) -> ComputePlan:
    """Likewise for an upscaler."""
    return make_plan(mode, upscaler_by_id(upscaler.family).footprint(upscaler), accelerators)
