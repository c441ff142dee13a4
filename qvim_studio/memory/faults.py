"""Recognizes every error that means "out of memory" and says so in one sentence.

torch has an error type of its own only for GPUs. Its allocator for the processor and oneDNN raise
plain RuntimeErrors, which only their texts distinguish (torch 2.2 to 2.13, see the tests).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from qvim_studio.core.errors import OutOfMemoryError
from qvim_studio.memory.free_memory import free_bytes
from qvim_studio.memory.modes import GIB

MARKERS = (
    "DefaultCPUAllocator",  # c10/core/impl/alloc_cpu.cpp
    "could not create a primitive",  # oneDNN, whose scratchpad found no room
    "could not create a memory",  # likewise
    "bad allocation",  # std::bad_alloc of MSVC
    "std::bad_alloc",
    "out of memory",  # CUDA's, of libraries that do not raise torch's type
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that main memory or a GPU's memory ran out."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and any(mark in str(error) for mark in MARKERS)


@contextmanager
def memory_faults_as_errors() -> Iterator[None]:
    """Turns every error that means "out of memory" into OutOfMemoryError."""
    try:
        yield
    except Exception as error:
        if is_out_of_memory(error):
            raise memory_full() from error
        raise


def memory_full() -> OutOfMemoryError:
    """The error to raise if main memory ran out."""
    return OutOfMemoryError(
        f"The memory of this computer is full ({free_bytes() / GIB:.1f} GiB free). Close other "
        "programs, or ask for fewer variations or a shorter duration."
    )


def check_room(needed_bytes: int, duration_s: float) -> None:
    """Raise OutOfMemoryError if a run of this process would need more memory than is free.

    needed_bytes: the peak of the process, including what it already holds.
    """
    more = needed_bytes - psutil.Process().memory_info().rss
    free = free_bytes()
    if more > free:
        raise OutOfMemoryError(
            f"Sounds of {duration_s:.0f} s need about {needed_bytes / GIB:.1f} GiB of memory, "
            f"{max(more, 0) / GIB:.1f} GiB more than is held now, and {free / GIB:.1f} GiB are "
            "free. Ask for a shorter duration or close other programs."
        )
