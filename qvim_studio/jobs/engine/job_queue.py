"""The queue of generations: the only door between the window and the generation thread."""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.jobs.engine.generation_worker import GenerationWorker, WriteResult
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished, JobProgress, JobState

log = logging.getLogger(__name__)

SHUTDOWN_TIMEOUT_MS = 8000


class JobQueue(QObject):
    """Runs one job at a time in its own thread; the others wait in order.

    All signals are emitted in the thread this object lives in: progressed (JobProgress), finished
    (JobFinished), ended (JobEnded: cancelled or failed), changed (nothing: states have moved),
    sketched (GenerationResult of the newest sketch, or the StudioError that there is instead).
    """

    progressed = Signal(object)
    finished = Signal(object)
    ended = Signal(object)
    changed = Signal()
    sketched = Signal(object)

    _run_requested = Signal(object)
    _prepare_requested = Signal(str, object, str)
    _engine_replaced = Signal(object)
    _finish_requested = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        write_result: WriteResult,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._sketch: Job | None = None  # in the thread at present; jobs need not wait for it
        self._next_sketch: Job | None = None
        self._states: dict[int, JobState] = {}
        self._is_held = False
        self._thread = QThread(self)
        self._thread.setObjectName("generation")
        self._worker = GenerationWorker(make_engine, write_result)
        self._worker.moveToThread(self._thread)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.finished.connect(self._on_finished)
        self._worker.ended.connect(self._on_ended)
        self._run_requested.connect(self._worker.run)
        self._prepare_requested.connect(self._worker.prepare)
        self._engine_replaced.connect(self._worker.replace_engine)
        self._finish_requested.connect(self._worker.finish)
        self._thread.start()

    def submit(
        self,
        request: GenerationRequest,
        folder: Path,
        stem: str,
        expected: Mapping[str, float] | None = None,
        at_front: bool = False,
    ) -> Job:
        """Put a request at the end of the queue, or before those that wait.

        expected: seconds that its phases should take on this machine.
        """
        job = Job(next(self._numbers), request, folder, stem, expected or {})
        if at_front:
            self._waiting.appendleft(job)
        else:
            self._waiting.append(job)
        self._states[job.id] = JobState.QUEUED
        self._start_next()
        self.changed.emit()
        return job

    def save(self, unsaved: JobFinished, folder: Path) -> None:
        """Write the unsaved sounds of a job, before the next job runs."""
        self.save_all((unsaved,), folder)

    def save_all(self, unsaved: Sequence[JobFinished], folder: Path) -> None:
        """Write the unsaved sounds of several jobs, in this order."""
        for one in reversed(unsaved):
            job = replace(one.job, folder=folder, unsaved=one)
            self._waiting.appendleft(job)
            self._states[job.id] = JobState.QUEUED
        self._start_next()
        self.changed.emit()

    def sketch(self, request: GenerationRequest) -> None:
        """Make a sound that is not kept, once the queue is empty; it replaces an earlier sketch."""
        self.drop_sketch()
        self._next_sketch = Job(next(self._numbers), request, Path(), "", is_sketch=True)
        self._start_next()

    def drop_sketch(self) -> None:
        """Forget the sketch that was asked for."""
        self._next_sketch = None
        if self._sketch is not None:
            self._sketch.cancelled.set()

    def move_to_front(self, job: Job) -> None:
        """Make a waiting job the next one."""
        if job in self._waiting:
            self._waiting.remove(job)
            self._waiting.appendleft(job)
            self.changed.emit()

    def cancel(self, job: Job) -> None:
        """Ask a job to end; a queued job never starts. Finished sounds are saved all the same."""
        if job.unsaved is not None:
            return
        job.cancelled.set()
        if job in self._waiting:
            self._waiting.remove(job)
            self._leave(JobEnded(job, None), JobState.CANCELLED)

    def cancel_all(self) -> None:
        self.drop_sketch()
        for job in (*self._waiting, *([self._running] if self._running else [])):
            self.cancel(job)

    def hold(self) -> None:
        """Start no waiting job until ``release``; a running job is not touched."""
        self._is_held = True

    def release(self) -> None:
        """Start the jobs that ``hold`` stopped."""
        self._is_held = False
        self._start_next()
        self.changed.emit()

    @property
    def is_held(self) -> bool:
        return self._is_held

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """Warm the engine up in its process, so that the first job starts sooner."""
        self._prepare_requested.emit(checkpoint, vram_mode, text)

    def replace_engine(self, make_engine: Callable[[], Engine]) -> None:
        """Use another kind of engine from the next job on."""
        self._engine_replaced.emit(make_engine)

    @property
    def running(self) -> Job | None:
        return self._running

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(self._waiting)

    def state(self, job: Job) -> JobState:
        return self._states[job.id]

    def shutdown(self) -> bool:
        """Cancel everything, free the engine and end the thread; False if the thread did not
        end."""
        self.cancel_all()
        self._finish_requested.emit()
        has_ended = self._thread.wait(SHUTDOWN_TIMEOUT_MS)
        if not has_ended:
            log.error("The generation thread did not end")
        return has_ended

    def _start_next(self) -> None:
        if self._sketch is not None:
            if self._waiting and not self._is_held:
                self._sketch.cancelled.set()
        elif self._running is None and self._waiting and not self._is_held:
            self._running = self._waiting.popleft()
            self._states[self._running.id] = JobState.RUNNING
            self._run_requested.emit(self._running)
        elif self._running is None and self._next_sketch is not None:
            self._sketch, self._next_sketch = self._next_sketch, None
            self._run_requested.emit(self._sketch)

    @Slot(object)
    def _on_progressed(self, progress: JobProgress) -> None:
        if self._running is not None and progress.job_id == self._running.id:
            self.progressed.emit(progress)

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        if finished.job.is_sketch:
            self._end_sketch(finished.job, finished.result)
            return
        self._running = None
        self._states[finished.job.id] = _state_of(finished)
        self.finished.emit(finished)
        self._start_next()
        self.changed.emit()

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        if ended.job.is_sketch:
            self._end_sketch(ended.job, ended.error)
            return
        self._running = None
        self._leave(ended, JobState.FAILED if ended.error else JobState.CANCELLED)
        self._start_next()

    def _end_sketch(self, job: Job, outcome: GenerationResult | StudioError | None) -> None:
        self._sketch = None
        if outcome is not None and not job.cancelled.is_set():
            self.sketched.emit(outcome)
        self._start_next()
        self.changed.emit()

    def _leave(self, ended: JobEnded, state: JobState) -> None:
        self._states[ended.job.id] = state
        self.ended.emit(ended)
        self.changed.emit()


def _state_of(finished: JobFinished) -> JobState:
    if finished.is_whole:
        return JobState.FINISHED
    return JobState.FAILED if finished.error else JobState.CANCELLED
