"""The device of a trainer, and the agreement between the processes of ``accelerate launch``."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import torch
from accelerate import PartialState

from qvim_studio.memory.compute_plan import processor_multiplies_bfloat16
from qvim_studio.training.loop.heap import kept_memory


@dataclass(frozen=True)
class Machine:
    """One process of training. rank: its number among ``count`` processes."""

    device: torch.device
    rank: int = 0
    count: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    @torch.no_grad()
    def average(self, tensors: Sequence[torch.Tensor]) -> None:
        """Put the mean over all processes into every tensor, in place."""
        if self.count == 1:
            return
        floats = torch.cat([tensor.detach().float().flatten() for tensor in tensors])
        torch.distributed.all_reduce(floats)
        self._put(floats / self.count, tensors)

    @torch.no_grad()
    def share(self, tensors: Sequence[torch.Tensor]) -> None:
        """Put the first process's values into every tensor, in place."""
        if self.count == 1:
            return
        for tensor in tensors:
            torch.distributed.broadcast(tensor, 0)

    def agree(self, answer: bool) -> bool:  # noqa: FBT001 - what is agreed on
        """The first process's answer, in all of them."""
        flag = torch.tensor(float(answer), device=self.device)
        self.share([flag])
        return bool(flag.item())

    @contextmanager
    def main_first(self) -> Iterator[None]:
        """The first process runs the block first; the others then find its caches."""
        if self.count == 1:
            yield
            return
        with PartialState().main_process_first():
            yield

    @staticmethod
    def _put(values: torch.Tensor, tensors: Sequence[torch.Tensor]) -> None:
        sizes = [tensor.numel() for tensor in tensors]
        for tensor, part in zip(tensors, values.split(sizes), strict=True):
            tensor.copy_(part.view_as(tensor))


@cache
def find_machine() -> Machine:
    """The GPU if there is one, else the processor; under ``accelerate launch`` this process's.

    The choice is made once in a process.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        state = PartialState(cpu=not torch.cuda.is_available())
        # torch cannot load a file to "cpu:0", accelerate's name of the device.
        found = state.device
        if not isinstance(found, torch.device) or found.type != "cuda":
            found = torch.device("cpu")
        return Machine(found, state.process_index, state.num_processes)
    return Machine(torch.device("cuda" if torch.cuda.is_available() else "cpu"))


@contextmanager
def prepared_process(threads: int) -> Iterator[None]:
    """Set the number of torch's threads in a trainer's process, show its log and keep freed memory.
    Everything is restored afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("qvim_studio")
    loggers: list[logging.Logger | logging.Handler] = [ours, *root.handlers]
    levels, threads_before = [each.level for each in loggers], torch.get_num_threads()
    for each in loggers:
        each.setLevel(logging.INFO)
    torch.set_num_threads(max(1, threads))
    try:
        with kept_memory():
            yield
    finally:
        torch.set_num_threads(threads_before)
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def leave_processes() -> None:
    """Leave the group of processes; does nothing for a single process."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def half_type(device: torch.device) -> torch.dtype:
    """bfloat16, or float16 on GPUs before Ampere, which would only emulate it."""
    if device.type == "cuda" and torch.cuda.is_available():
        has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if has_bfloat16 else torch.float16
    return torch.bfloat16


def mixed_precision(device: torch.device) -> torch.autocast:
    """Matrix products and convolutions in half precision, the rest in float32.

    Everything is in float32 on processors that would only emulate bfloat16.
    """
    is_fast = device.type != "cpu" or processor_multiplies_bfloat16()
    return torch.autocast(device.type, half_type(device), enabled=is_fast)
