"""Puts requests into the queue, once the user has agreed to wait, and remembers their takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.request import GenerationRequest
from qvim_studio.jobs.engine.job import Job, JobFinished, JobProgress
from qvim_studio.jobs.engine.pace import PaceBook
from qvim_studio.session.requests.long_job import LongJob
from qvim_studio.session.services import Services

ASK_ABOVE_S = 600.0


class JobSubmission(QObject):
    """Signals: asked (LongJob: the user decides), progressed (JobProgress of a job that the queue
    began at once)."""

    asked = Signal(object)
    progressed = Signal(object)

    def __init__(
        self,
        services: Services,
        output_folder: Callable[[], Path],
        parent: QObject | None = None,
    ) -> None:
        """output_folder: returns the folder in which sounds are written at present."""
        super().__init__(parent)
        self._queue = services.queue
        self._output_folder = output_folder
        self._imitation_paths: dict[int, Path] = {}
        self._list_checkpoints = services.list_checkpoints
        self._capabilities: dict[str, Capabilities | None] = {}
        self.pace = PaceBook(services.paths.pace_file, self._capabilities_of)

    def start(self, requests: Sequence[GenerationRequest], act: Callable[[], object]) -> None:
        """Act at once, or ask first if the requests take long."""
        seconds = sum(self.pace.guessed_s(request) for request in requests)
        if seconds > ASK_ABOVE_S:
            self.asked.emit(LongJob(seconds, tuple(requests), act))
        else:
            act()

    def begin(
        self,
        request: GenerationRequest,
        stem: str,
        imitation_path: Path | None,
        at_front: bool = False,
    ) -> None:
        """Submit one request at once, or ask first if it takes long."""
        self.start((request,), partial(self.submit, request, stem, imitation_path, at_front))

    def submit(
        self,
        request: GenerationRequest,
        stem: str,
        imitation_path: Path | None,
        at_front: bool = False,
    ) -> Job:
        """Queue a request. stem: of its files. imitation_path: the take from which it is made."""
        queue = self._queue
        at_front = at_front or queue.is_held  # before what an earlier session left behind
        job = self._enqueue(request, self._output_folder(), stem, imitation_path, at_front)
        if queue.is_held:
            queue.release()
        if queue.running is job:
            self.progressed.emit(JobProgress(job.id, "queued", 0, 1, 0.0, None))
        return job

    def submit_again(
        self, request: GenerationRequest, folder: Path, stem: str, imitation_path: Path | None
    ) -> Job:
        """Queue a job of an earlier session; whoever holds the queue releases it."""
        return self._enqueue(request, folder, stem, imitation_path)

    def imitation_path(self, job: Job) -> Path | None:
        """The file of the take that a job was made from."""
        return self._imitation_paths.get(job.id)

    def forget(self, job: Job) -> Path | None:
        """Forget a job that has ended; returns the file of its take."""
        return self._imitation_paths.pop(job.id, None)

    def learn(self, finished: JobFinished) -> None:
        """Remember how long a job took, for the next estimates."""
        self.pace.learn(finished.job.request, finished.result)

    def _capabilities_of(self, checkpoint: str) -> Capabilities | None:
        if checkpoint not in self._capabilities:
            self._capabilities = {one.id: one.capabilities for one in self._list_checkpoints()}
        return self._capabilities.get(checkpoint)

    def _enqueue(
        self,
        request: GenerationRequest,
        folder: Path,
        stem: str,
        imitation_path: Path | None,
        at_front: bool = False,
    ) -> Job:
        job = self._queue.submit(request, folder, stem, self.pace.phases(request), at_front)
        if imitation_path is not None:
            self._imitation_paths[job.id] = imitation_path
        return job
