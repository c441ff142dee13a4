"""One request with several checkpoints: their sounds are shown together, one group for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from qvim_studio.core.request import GenerationRequest
from qvim_studio.jobs.engine.job import Job
from qvim_studio.library.clip_entry import ClipEntry

Submit = Callable[[GenerationRequest, str, Path | None], Job]
Start = Callable[[Sequence[GenerationRequest], Callable[[], object]], None]


class CheckpointComparison(QObject):
    """The newest comparison counts; sounds of an earlier one are shown by themselves."""

    def __init__(self, submit: Submit, start: Start, parent: QObject | None = None) -> None:
        """submit: queues a request. start: acts at once, or once the user has agreed."""
        super().__init__(parent)
        self._submit = submit
        self._start = start
        self._groups: dict[int, tuple[ClipEntry, ...]] = {}  # by job, as they were asked for

    def begin(
        self, requests: Sequence[GenerationRequest], stem: str, imitation_path: Path | None
    ) -> None:
        """One job for each request, in their order."""
        self._start(requests, partial(self._submit_all, requests, stem, imitation_path))

    def _submit_all(
        self, requests: Sequence[GenerationRequest], stem: str, imitation_path: Path | None
    ) -> None:
        jobs = [self._submit(request, stem, imitation_path) for request in requests]
        self._groups = {job.id: () for job in jobs}

    def together(self, job: Job, entries: tuple[ClipEntry, ...]) -> tuple[ClipEntry, ...]:
        """All sounds of a comparison that are there when a job of it ends; for any other job, its
        own sounds."""
        if job.id not in self._groups:
            return entries
        self._groups[job.id] = entries
        return tuple(entry for group in self._groups.values() for entry in group)
