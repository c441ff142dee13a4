"""Reads how much main memory a process may still take, without torch."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")


def free_bytes(cgroup: Path = CGROUP) -> int:
    """The bytes that this process may still take, within the machine's memory and swap and the
    limits of the process and its container.

    cgroup: the folder in which Linux shows the limits of a container.
    """
    rooms = [psutil.virtual_memory().available + psutil.swap_memory().free]
    if sys.platform != "win32":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            rooms.append(max(0, limit - psutil.Process().memory_info().vms))
    room = _cgroup_room(cgroup)
    return min(rooms if room is None else [*rooms, room])


def _cgroup_room(folder: Path) -> int | None:
    """The bytes that a container's limit leaves; None without a limit. Page cache counts as
    free."""
    try:
        limit = int((folder / "memory.max").read_text(encoding="ascii"))
        held = int((folder / "memory.current").read_text(encoding="ascii"))
        rows = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        cache = next(int(row.split()[1]) for row in rows if row.startswith("inactive_file "))
    except (OSError, ValueError, StopIteration):  # no limit is "max"
        return None
    return max(0, limit - held + cache)
