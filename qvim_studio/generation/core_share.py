"""As many threads as there are processor cores to run them.

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
# Another number of threads makes torch prepare its kernels anew (a second for a large UNet): half a
# core that is lost is reason enough, one that is won must be there almost whole.
LOST, WON = 0.5, 0.1


@dataclass(frozen=True)
class Reading:
    """Seconds since some moment: on the wall, of this process on all cores, of cores idling."""

    wall_s: float
    own_s: float
    idle_s: float


def read_cores() -> Reading:
    """What the system says now."""
    times = psutil.cpu_times()
    idle_s = times.idle + getattr(times, "iowait", 0.0)
    return Reading(time.perf_counter(), time.process_time(), idle_s)


class CoreShare:
    """Inside, torch's threads, never more than it had at first, keep to the cores that are free for
    them: those that this process used plus those that nobody did. Enter it again for the next
    work: it begins with as many as the last one ended with, and torch has all of them in between.
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
        # What others did until now says little of what they do now.
        self._last = self._read()
        self._set_threads(self._threads)
        return self

    def __exit__(self, *error: object) -> None:
        self._set_threads(self._most)

    def settle(self) -> None:
        """Look at the time since the last look; for the thread that computes, between two steps.

        The same seed gives the same sound with another number of threads, up to rounding.
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
