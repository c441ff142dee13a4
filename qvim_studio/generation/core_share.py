"""Keeps the number of threads to the free processor cores.

A parallel loop waits for its slowest thread. Where another program holds a core, a DAW that plays
or a second studio, loops over all cores take several times as long as loops over those that are
left, and the waiting threads burn what the other program needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

LEAST_INTERVAL_S = 0.1  # the system counts processor time in hundredths of a second
# After a change of the number of threads torch prepares its kernels again (a second for a large
# UNet). The loss of half a core is reason enough; a gained core must be free almost completely.
LOST, WON = 0.5, 0.1


@dataclass(frozen=True)
class Reading:
    """Seconds since a fixed moment: wall time, this process's time on all cores, and the idle time
    of all cores."""

    wall_s: float
    own_s: float
    idle_s: float


def read_cores() -> Reading:
    """The present measurements of the system."""
    times = psutil.cpu_times()
    idle_s = times.idle + getattr(times, "iowait", 0.0)
    return Reading(time.perf_counter(), time.process_time(), idle_s)


class CoreShare:
    """A context in which torch keeps to the free cores: those that this process used and those that
    were idle, at most as many as torch had at first. It can be entered repeatedly: each entry
    begins with the number of threads at the end of the last, and torch has all threads in between.
    """

    def __init__(
        self,
        read: Callable[[], Reading] = read_cores,
        set_threads: Callable[[int], None] = torch.set_num_threads,
    ) -> None:
        self._most = self._threads = torch.get_num_threads()
        self._read = read
        self._set_threads = set_threads
        self._last = read()

    def __enter__(self) -> CoreShare:
        # The load of other programs before this moment says little about their load now.
        self._last = self._read()
        self._set_threads(self._threads)
        return self

    def __exit__(self, *error: object) -> None:
        self._set_threads(self._most)

    def settle(self) -> None:
        """Adapt the number of threads to the load since the last call; called by the computing
        thread between two steps.

        The number of threads changes the sound of a seed by no more than rounding.
        """
        if self._most == 1:
            return
        now = self._read()
        wall_s = now.wall_s - self._last.wall_s
        if wall_s < LEAST_INTERVAL_S:
            return
        free = (now.own_s - self._last.own_s + now.idle_s - self._last.idle_s) / wall_s
        self._last = now
        threads = int(free + (WON if free > self._threads else LOST))
        self._threads = min(max(threads, 1), self._most)
        self._set_threads(self._threads)
