"""Shares the GPU memory of the engine's process with the window's process.

The window has no torch, and only NVIDIA has a program that reports GPU memory. The numbers lie in
shared memory, so a busy child need not be asked.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from ctypes import Array, c_longlong
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray

from qvim_studio.core.result import GpuUse

log = logging.getLogger(__name__)

EVERY_S = 3.0
ReadGpuUse = Callable[[], GpuUse | None]


class GpuBoard:
    """The shared numbers, handed to a child as it starts; only one process writes at a time."""

    def __init__(self) -> None:
        self._values: Array[c_longlong] = RawArray(c_longlong, len(GpuUse._fields))

    def write(self, use: GpuUse) -> None:
        self._values[:] = list(use)

    def read(self) -> GpuUse | None:
        """The GPU's memory; None before an engine has reported it, and after the engine has
        ended."""
        use = GpuUse(*self._values)
        return use if use.total else None

    def clear(self) -> None:
        self.write(GpuUse(0, 0, 0))


@dataclass(frozen=True)
class GpuMeter:
    """read: "package.module:function" of a ReadGpuUse, called where torch is."""

    board: GpuBoard
    read: str


def keep_writing(board: GpuBoard, read: ReadGpuUse, every_s: float = EVERY_S) -> None:
    """Write the memory repeatedly in a daemon thread, for as long as a GPU reports it."""
    threading.Thread(target=_keep_writing, args=(board, read, every_s), daemon=True).start()


def _keep_writing(board: GpuBoard, read: ReadGpuUse, every_s: float) -> None:
    pause = threading.Event()
    try:
        while (use := read()) is not None:
            board.write(use)
            pause.wait(every_s)
    except (RuntimeError, OSError) as error:
        log.info("The GPU does not tell its memory: %s", error)
