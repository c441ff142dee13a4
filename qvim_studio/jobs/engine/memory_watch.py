"""Reads the memory of the program, of the computer and of its GPU."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import psutil
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.engine.gpu_board import ReadGpuUse

log = logging.getLogger(__name__)

LOOK_EVERY_MS = 3000
ANSWER_TIMEOUT_S = 2.0
MIB = 2**20
GIB = 2**30  # a GB of memory, as people say; a GB of a disk or a download has 10**9 bytes
QUERY_PROCESSES = (
    "--query-compute-apps=pid,used_gpu_memory",
    "--format=csv,noheader,nounits",
)
QUERY = ("--query-gpu=memory.used,memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class Memory:
    """Memory in bytes. used, total: of the computer, by all programs. gpu_used, gpu_total: likewise
    of the GPU, 0 without one. own, gpu_own: of the window and all processes that it has started;
    gpu_own is None if the driver does not distinguish programs."""

    used: int
    total: int
    gpu_used: int = 0
    gpu_total: int = 0
    own: int = 0
    gpu_own: int | None = None


class MemoryWatch(QObject):
    """Reads the memory in the background, without torch. Signal: changed (Memory)."""

    changed = Signal(object)

    def __init__(
        self, tasks: BackgroundTasks, ask_engine: ReadGpuUse, parent: QObject | None = None
    ) -> None:
        """ask_engine: returns the engine's report about a GPU that nvidia-smi does not know."""
        super().__init__(parent)
        self._tasks = tasks
        self._ask_engine = ask_engine
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
        """Read the memory again, unless the last reading is still under way."""
        if not self._is_looking:
            self._is_looking = True
            read = partial(read_memory, self._command, self._ask_engine)
            self._tasks.run(read, self._on_read, self._on_error)

    def _on_read(self, memory: Memory) -> None:
        self._is_looking = False
        self.changed.emit(memory)

    def _on_error(self, _error: StudioError) -> None:
        """Ignored: the next look may succeed, and a missing number does no harm."""
        self._is_looking = False


def read_memory(nvidia_smi: str | None, ask_engine: ReadGpuUse = lambda: None) -> Memory:
    """The memory in use now. nvidia_smi: the path of the program; None without it. ask_engine:
    reports the engine's GPU where that program reports nothing."""
    ram = psutil.virtual_memory()
    own = _own_processes()
    gpu_used, gpu_total = _gpu(nvidia_smi) if nvidia_smi else (0, 0)
    gpu_own = _gpu_of(nvidia_smi, own) if nvidia_smi and gpu_total else None
    reading = None if gpu_total else ask_engine()
    if reading is not None:
        gpu_own, gpu_used, gpu_total = reading
    return Memory(
        ram.total - ram.available,
        ram.total,
        gpu_used,
        gpu_total,
        own=sum(own.values()),
        gpu_own=gpu_own,
    )


def _own_processes() -> dict[int, int]:
    """Resident bytes of this process and its descendants, by process number."""
    found: dict[int, int] = {}
    this = psutil.Process()
    for process in (this, *this.children(recursive=True)):
        try:
            found[process.pid] = process.memory_info().rss
        except psutil.Error:
            log.debug("Process %d has ended", process.pid)
    return found


def _gpu(nvidia_smi: str) -> tuple[int, int]:
    rows = _ask(nvidia_smi, QUERY)
    return (rows[0][0] * MIB, rows[0][1] * MIB) if rows else (0, 0)


def _gpu_of(nvidia_smi: str, processes: Iterable[int]) -> int | None:
    """The GPU memory of these processes; None if the driver does not report it."""
    rows = _ask(nvidia_smi, QUERY_PROCESSES)
    return None if rows is None else sum(row[1] * MIB for row in rows if row[0] in set(processes))


def _ask(nvidia_smi: str, query: tuple[str, ...]) -> list[tuple[int, int]] | None:
    """Rows of two numbers; None without a usable answer."""
    try:
        answer = subprocess.run(
            [nvidia_smi, *query], capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S
        )
        rows = [line.split(",") for line in answer.stdout.splitlines() if line.strip()]
        return [(int(first), int(second)) for first, second in rows]
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.debug("nvidia-smi gave no memory: %s", error)
        return None
