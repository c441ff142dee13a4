"""The jobs of the service: a queue, and a thread that works on one job at a time."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from qvim_studio.core.errors import (
    CancelledError,
    StoppedEarly,
    StudioError,
    cause_of,
    error_for_user,
)
from qvim_studio.core.result import Progress

MAX_WAITING = 16  # each holds its take in memory
MAX_KEPT = 200
CLOSING_S = 30.0  # that a running job gets to end: it looks at its flag at every step
QUEUED, RUNNING, FINISHED, CANCELLED, FAILED = (
    "queued",
    "running",
    "finished",
    "cancelled",
    "failed",
)
Work = Callable[["ServiceJob"], dict[str, Any]]


class QueueFullError(StudioError):
    """The queue takes no more jobs, because too many wait."""


class UnknownJobError(StudioError):
    """No job has this id, or the job is forgotten."""


class ServiceJob:
    """A request on its way: queued → running → finished | cancelled | failed."""

    def __init__(self, kind: str, work: Work) -> None:
        """kind: of request. work: gives the facts of the answer."""
        self.id = secrets.token_hex(8)
        self.error: StudioError | None = None
        self._kind = kind
        self._work: Work | None = work  # until it begins: it holds the sounds of the request
        self._lock = threading.Lock()
        self._state = QUEUED
        self._progress: dict[str, Any] | None = None
        self._answer: dict[str, Any] = {}
        self._cancelled = threading.Event()
        self._watchers: list[Callable[[], None]] = []

    @property
    def is_over(self) -> bool:
        return self._state not in (QUEUED, RUNNING)

    @property
    def is_running(self) -> bool:
        return self._state == RUNNING

    def facts(self) -> dict[str, Any]:
        """Where the job stands, and its answer once there is one."""
        with self._lock:
            return {
                "job": self.id,
                "kind": self._kind,
                "state": self._state,
                "progress": self._progress,
                "error": None if self.error is None else str(self.error),
                **self._answer,
            }

    def report(self, progress: Progress) -> None:
        """Called by the work at every step."""
        self._progress = {
            "phase": progress.phase,
            "step": progress.step,
            "steps": progress.steps,
        }
        self._tell()

    def is_cancelled(self) -> bool:
        """Asked by the work at every step."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """A queued job ends at once, a running one after its step; one that is over stays so."""
        self._cancelled.set()
        with self._lock:
            if self._state == QUEUED:
                self._state, self._work = CANCELLED, None
                self.error = CancelledError("The job was cancelled before it began.")
        self._tell()

    def run(self) -> None:
        """Do the work, in the queue's thread."""
        with self._lock:
            work, self._work = self._work, None
            if work is None:  # cancelled before it began
                return
            self._state = RUNNING
        self._tell()
        answer: dict[str, Any] = {}
        error: StudioError | None = None
        try:
            answer = work(self)
        except StoppedEarly as stopped:
            answer = stopped.kept
            error = error_for_user(cause_of(stopped), "The job")
        except Exception as fault:  # noqa: BLE001 - becomes the job's error
            error = error_for_user(fault, "The job")
        ended = CANCELLED if isinstance(error, CancelledError) else FAILED
        with self._lock:
            self._answer, self.error = answer, error
            self._state = FINISHED if error is None else ended
        self._tell()

    @contextlib.contextmanager
    def watched(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call ``wake`` whenever something changed, from any thread."""
        self._watchers.append(wake)
        try:
            yield
        finally:
            self._watchers.remove(wake)

    def _tell(self) -> None:
        for wake in tuple(self._watchers):
            wake()


class WorkQueue:
    """Jobs in the order in which they came."""

    def __init__(self, max_waiting: int = MAX_WAITING, max_kept: int = MAX_KEPT) -> None:
        """max_kept: jobs that are over and whose facts can still be asked for."""
        self._max_waiting, self._max_kept = max_waiting, max_kept
        self._jobs: dict[str, ServiceJob] = {}
        self._waiting: deque[ServiceJob] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="service jobs", daemon=True)
        self._thread.start()

    def submit(self, kind: str, work: Work) -> ServiceJob:
        """Raises QueueFullError if too many jobs wait."""
        job = ServiceJob(kind, work)
        with self._changed:
            if sum(not waiting.is_over for waiting in self._waiting) >= self._max_waiting:
                raise QueueFullError(
                    f"{self._max_waiting} jobs wait already, expected fewer. Try again when some "
                    "of them are finished, or cancel some."
                )
            self._waiting.append(job)
            self._jobs[job.id] = job
            self._forget_oldest()
            self._changed.notify()
        return job

    def find(self, id: str) -> ServiceJob:
        """Raises UnknownJobError."""
        job = self._jobs.get(id)
        if job is None:
            raise UnknownJobError(
                f"There is no job {id!r}; the last {self._max_kept} are known until the service "
                "ends. Ask again for the sound."
            )
        return job

    def counts(self) -> dict[str, int]:
        """How many jobs wait and run."""
        jobs = tuple(self._jobs.values())
        waiting = sum(not job.is_over and not job.is_running for job in jobs)
        return {"waiting": waiting, "running": sum(job.is_running for job in jobs)}

    def cancel_all(self) -> None:
        for job in tuple(self._jobs.values()):
            if not job.is_over:
                job.cancel()

    def close(self, timeout_s: float = CLOSING_S) -> None:
        """Cancel every job and wait for the running one; finished sounds of it are kept."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self.cancel_all()
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._is_closed)
                if self._is_closed:
                    return
                job = self._waiting.popleft()
            job.run()

    def _forget_oldest(self) -> None:
        over = [job.id for job in self._jobs.values() if job.is_over]
        for id in over[: max(len(self._jobs) - self._max_kept, 0)]:
            del self._jobs[id]
