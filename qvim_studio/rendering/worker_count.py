"""How many workers this machine has room for, and what each of them may take."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of
from qvim_studio.memory.modes import WIDE_BYTES, estimate_peak_bytes

PLANNED_S = 10.0  # of sound, for which the memory of a worker is counted
MEMORY_SHARE = 0.8  # of what is free; the rest is left to the system's cache and other programs
GPU_VARIABLE = "CUDA_VISIBLE_DEVICES"  # of NVIDIA's driver, and of AMD's


def worker_bytes(checkpoints: Iterable[str]) -> int:
    """The main memory of a worker that renders with each of some checkpoints in turn."""
    needed = []
    for name in checkpoints:
        found = find_checkpoint(name)
        footprint = family_of(found).footprint(found)
        needed.append(
            estimate_peak_bytes(footprint, VramMode.CPU, PLANNED_S, bytes_per_value=WIDE_BYTES)
        )
    return max(needed, default=1)


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_count(needed_bytes: int, free_bytes: int, cores: int, gpus: int = 0) -> int:
    """One worker for each GPU; without GPUs one for each core, as far as the memory reaches. At
    least one."""
    fitting = int(MEMORY_SHARE * free_bytes) // max(needed_bytes, 1)
    return max(1, min(fitting, gpus or cores))


def worker_environments(
    count: int, cores: int, gpus: int = 0, own: Mapping[str, str] = os.environ
) -> list[dict[str, str]]:
    """For each worker: its share of the cores as threads of torch and numpy and, of several GPUs,
    one.

    Two workers on two cores whose numpy had two threads each took twice the processor time of one:
    threads of OpenBLAS that have nothing to do spin.

    own: the environment of this process.
    """
    threads = {"OMP_NUM_THREADS": str(max(1, cores // count))}
    if gpus < 2:
        return [dict(threads) for _ in range(count)]
    named = [name for name in own.get(GPU_VARIABLE, "").split(",") if name]
    names = named or [str(number) for number in range(gpus)]
    return [{**threads, GPU_VARIABLE: names[number % len(names)]} for number in range(count)]
