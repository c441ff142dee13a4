"""How a memory mode works on this machine: device, precision, and where the weights are."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import torch

from qvim_studio.core.checkpoint_entry import GPU_MODES, RESERVE_BYTES
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.memory.accelerators import Accelerator, Accelerators
from qvim_studio.memory.faults import memory_full
from qvim_studio.memory.footprint import Footprint
from qvim_studio.memory.modes import GIB, TRAITS, ModeTraits, estimate_peak_bytes

log = logging.getLogger(__name__)

STEPS_DOWN = (*GPU_MODES, VramMode.CPU)
# Measured: bfloat16 halves the time of AudioLDM-s (370 MB in float16) and gains nothing for the
# starter.
HEAVY_WEIGHTS = 50_000_000  # of one stage
PLANNED_DURATION_S = 10.24  # what a mode is chosen for: the length that AudioLDM was trained on


@dataclass(frozen=True)
class ComputePlan:
    """A memory mode (traits) on this machine.

    device: the type of torch.device, "cpu" or that of an accelerator. streams: whether storable
    blocks visit the GPU one at a time, because the mode alone does not make the checkpoint fit.
    accelerator: the GPU in use, None for the processor.
    """

    mode: VramMode
    device: str
    dtype: torch.dtype
    traits: ModeTraits
    streams: bool = False
    accelerator: Accelerator | None = None

    @property
    def max_batch(self) -> int:
        return self.traits.max_batch

    def estimated_bytes(
        self, footprint: Footprint, duration_s: float, batch: int, graphs: int = 0
    ) -> int:
        """The estimated peak of a generation in bytes: of the GPU, or of the process without
        one."""
        return estimate_peak_bytes(
            footprint,
            self.mode,
            duration_s,
            batch=batch,
            bytes_per_value=self.dtype.itemsize,
            streams=self.streams,
            graphs=graphs,
        )


def make_plan(
    mode: VramMode, footprint: Footprint, accelerators: Accelerators | None = None
) -> ComputePlan:
    """The plan of a mode on this machine. Raises UsageError if a GPU mode finds no GPU.

    accelerators: the GPUs to choose from; None asks PyTorch.
    """
    machine = accelerators or Accelerators()
    found = None if mode is VramMode.CPU else machine.find()
    if mode is VramMode.CPU or (mode is VramMode.AUTO and found is None):
        return ComputePlan(VramMode.CPU, "cpu", cpu_dtype(footprint), TRAITS[VramMode.CPU])
    accelerator = found or require_accelerator(mode, machine)
    free_bytes = machine.free_bytes(accelerator.type) - RESERVE_BYTES
    plan = plan_for_gpu(mode, footprint, accelerator, free_bytes)
    where = "the processor" if plan.device == "cpu" else f"{accelerator.title} in {plan.dtype}"
    log.info("mode %s: %s, %.1f GiB free", plan.mode.value, where, free_bytes / GIB)
    return plan


def require_accelerator(mode: VramMode, accelerators: Accelerators | None = None) -> Accelerator:
    """The GPU that a mode needs. Raises UsageError without a GPU."""
    machine = accelerators or Accelerators()
    found = machine.find()
    if found is None:
        raise UsageError(
            f"The memory mode {mode.value!r} needs a GPU that PyTorch can use (NVIDIA by CUDA, AMD "
            f"by ROCm, Apple by MPS, Intel by XPU), and PyTorch {machine.build} finds none. Choose "
            "the mode auto or cpu, or install the build of PyTorch that is made for your GPU."
        )
    return found


def plan_for_gpu(
    mode: VramMode, footprint: Footprint, accelerator: Accelerator, free_bytes: int
) -> ComputePlan:
    """The plan of a mode; auto takes the highest mode that fits into ``free_bytes``, or the
    processor if none fits."""
    modes = STEPS_DOWN[:-1] if mode is VramMode.AUTO else (mode,)

    def plan_of(each: VramMode, *, streams: bool = False) -> ComputePlan:
        device, dtype = accelerator.type, accelerator.dtype
        return ComputePlan(each, device, dtype, TRAITS[each], streams, accelerator)

    plans = [plan_of(each) for each in modes]
    if plans[-1].mode is VramMode.MINIMAL:
        plans.append(plan_of(VramMode.MINIMAL, streams=True))
    for plan in plans:
        needed = plan.estimated_bytes(footprint, PLANNED_DURATION_S, plan.max_batch)
        if needed <= free_bytes:
            return plan
    if mode is VramMode.AUTO:
        return ComputePlan(VramMode.CPU, "cpu", cpu_dtype(footprint), TRAITS[VramMode.CPU])
    # The chosen mode is tried even if it should not fit; a run without room steps down by itself.
    return plans[-1]


def cpu_dtype(footprint: Footprint) -> torch.dtype:
    """bfloat16 if the processor multiplies it and a stage is large enough to gain from it."""
    is_heavy = max(stage.weights for stage in footprint.stages) >= HEAVY_WEIGHTS
    return torch.bfloat16 if processor_multiplies_bfloat16() and is_heavy else torch.float32


def processor_multiplies_bfloat16() -> bool:
    """Whether the processor has AVX-512 BF16 or AMX. Others emulate bfloat16, far slower than they
    compute in float32."""
    cpu = torch.cpu
    return cpu._is_avx512_bf16_supported() or cpu._is_amx_tile_supported()  # noqa: SLF001


def step_down(mode: VramMode) -> VramMode:
    """The next smaller mode. Raises OutOfMemoryError below the smallest."""
    position = STEPS_DOWN.index(mode)
    if position + 1 == len(STEPS_DOWN):
        raise memory_full()
    return STEPS_DOWN[position + 1]
