"""Memory that ran out: recognized whatever raised it, and told in one sentence.

torch raises a type of its own for GPUs alone; its processor's allocator and oneDNN raise plain
RuntimeErrors, which only their texts tell from others (torch 2.2 to 2.13, see the tests).
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import torch

from qvim_studio.core.errors import OutOfMemoryError
from qvim_studio.memory.modes import GIB

MARKERS = (
    "DefaultCPUAllocator",  # c10/core/impl/alloc_cpu.cpp
    "could not create a primitive",  # oneDNN, whose scratchpad found no room
    "could not create a memory",  # likewise
    "bad allocation",  # std::bad_alloc of MSVC
    "std::bad_alloc",
    "out of memory",  # CUDA's, of libraries that do not raise torch's type
)
CGROUP = Path("/sys/fs/cgroup")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, of the processor or of a GPU."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, RuntimeError) and any(mark in str(error) for mark in MARKERS)


@contextmanager
def told_memory_faults() -> Iterator[None]:
    """Raises OutOfMemoryError in the place of whatever says that memory ran out."""
    try:
        yield
    except Exception as error:
        if is_out_of_memory(error):
            raise memory_full() from error
        raise


def memory_full() -> OutOfMemoryError:
    """What to raise where the memory of the computer ran out."""
    return OutOfMemoryError(
        f"The memory of this computer is full ({free_bytes() / GIB:.1f} GiB free). Close other "
        "programs, or ask for fewer variations or a shorter duration."
    )


def check_room(needed_bytes: int, duration_s: float) -> None:
    """Raises OutOfMemoryError if a run of this process would hold more than is free.

    needed_bytes: the most that the process will hold, with what it holds already.
    """
    more = needed_bytes - psutil.Process().memory_info().rss
    free = free_bytes()
    if more > free:
        raise OutOfMemoryError(
            f"Sounds of {duration_s:.0f} s need about {needed_bytes / GIB:.1f} GiB of memory, "
            f"{max(more, 0) / GIB:.1f} GiB more than is held now, and {free / GIB:.1f} GiB are "
            "free. Ask for a shorter duration or close other programs."
        )


def free_bytes() -> int:
    """What this process may still take: of the machine with its swap, of its own limits."""
    rooms = [psutil.virtual_memory().available + psutil.swap_memory().free]
    if sys.platform != "win32":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            rooms.append(max(0, limit - psutil.Process().memory_info().vms))
    room = _cgroup_room(CGROUP)
    return min(rooms if room is None else [*rooms, room])


def _cgroup_room(folder: Path) -> int | None:
    """What a container's limit leaves; None where there is none. Its page cache can be given up."""
    try:
        limit = int((folder / "memory.max").read_text(encoding="ascii"))
        held = int((folder / "memory.current").read_text(encoding="ascii"))
        rows = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        cache = next(int(row.split()[1]) for row in rows if row.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):  # no limit is "max"
        return None
    return max(0, limit - held + cache)
