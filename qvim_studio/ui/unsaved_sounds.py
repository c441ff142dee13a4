"""Sounds that their folder did not take: none is lost while the studio runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.jobs.job import JobEnded, JobFinished
from qvim_studio.jobs.job_queue import JobQueue


class UnsavedSounds(QObject):
    """Keeps them until a folder takes them: asked to, or when other sounds could be saved again.

    Signal: refused (StudioError: why they were not written).
    """

    refused = Signal(object)

    def __init__(
        self, queue: JobQueue, folder: Callable[[], Path], parent: QObject | None = None
    ) -> None:
        """folder: where sounds are written now."""
        super().__init__(parent)
        self._queue = queue
        self._folder = folder
        self._kept: dict[int, JobFinished] = {}
        self._on_the_way: dict[int, JobFinished] = {}
        queue.finished.connect(self._on_finished)
        queue.ended.connect(self._on_ended)

    @property
    def count(self) -> int:
        """How many sounds have no file."""
        jobs = (*self._kept.values(), *self._on_the_way.values())
        return sum(len(job.result.variations) for job in jobs)

    @Slot()
    def save(self) -> None:
        """Try once more, in the order in which they were made."""
        self._on_the_way |= self._kept
        for unsaved in reversed(self._kept.values()):
            self._queue.save(unsaved, self._folder())
        self._kept.clear()

    def forget(self) -> None:
        """The user can do without them."""
        self._kept.clear()
        self._on_the_way.clear()

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        self._on_the_way.pop(finished.job.id, None)
        self.save()

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        self._on_the_way.pop(ended.job.id, None)
        if ended.unsaved is not None:
            self._kept[ended.job.id] = ended.unsaved
            self.refused.emit(ended.error)
