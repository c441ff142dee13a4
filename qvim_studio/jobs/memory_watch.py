"""How full the memory of this computer and of its GPU is, looked at every few seconds."""

from __future__ import annotations

import logging
import shutil
import subprocess
from dataclasses import dataclass

import psutil
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks

log = logging.getLogger(__name__)

LOOK_EVERY_MS = 3000
ANSWER_TIMEOUT_S = 2.0
MIB = 2**20
GIB = 2**30  # what everybody calls a GB of memory; a GB of a disk or a download has 10**9 bytes
QUERY = ("--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class Memory:
    """In bytes; the GPU's are 0 where there is none that nvidia-smi knows."""

    used: int
    total: int
    gpu_used: int = 0
    gpu_total: int = 0


class MemoryWatch(QObject):
    """Looks in the background; torch is not needed for it. Signal: changed (Memory)."""

    changed = Signal(object)

    def __init__(self, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._command = shutil.which("nvidia-smi")
        self._is_looking = False
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._timer.start()
        self.look()

    @Slot()
    def look(self) -> None:
        """Ask once more, unless the last answer is still missing."""
        if not self._is_looking:
            self._is_looking = True
            command = self._command
            self._tasks.run(lambda: read_memory(command), self._on_read, self._on_error)

    def _on_read(self, memory: Memory) -> None:
        self._is_looking = False
        self.changed.emit(memory)

    def _on_error(self, error: StudioError) -> None:
        """The next look may succeed; a missing number disturbs nobody."""
        self._is_looking = False


def read_memory(nvidia_smi: str | None) -> Memory:
    """Now. nvidia_smi: the path of the program, None where there is none."""
    ram = psutil.virtual_memory()
    gpu_used, gpu_total = _gpu(nvidia_smi) if nvidia_smi else (0, 0)
    return Memory(ram.total - ram.available, ram.total, gpu_used, gpu_total)


def _gpu(nvidia_smi: str) -> tuple[int, int]:
    try:
        answer = subprocess.run(
            [nvidia_smi, *QUERY], capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S
        )
        first = answer.stdout.splitlines()[0]
        used, total = (int(value) * MIB for value in first.split(","))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        log.debug("nvidia-smi gave no memory: %s", error)
        return 0, 0
    return used, total
