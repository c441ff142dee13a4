"""Keeps sounds that could not be saved, so that none is lost while the studio runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.result import Variation
from qvim_studio.jobs.engine.job import JobEnded, JobFinished, arrived_key
from qvim_studio.jobs.engine.job_queue import JobQueue


class UnsavedSounds(QObject):
    """Keeps unsaved sounds until a folder takes them: on request, or once other sounds are saved.

    Signals: refused (StudioError: why they were not written), changed (nothing: others wait now).
    """

    refused = Signal(object)
    changed = Signal()

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
        """The number of sounds without a file."""
        return len(self.sounds)

    @property
    def sounds(self) -> tuple[tuple[str, Variation], ...]:
        """The unsaved sounds with their names in playback, in the order they were made."""
        jobs = {**self._on_the_way, **self._kept}
        return tuple(
            (arrived_key(job.job.id, variation.seed), variation)
            for _, job in sorted(jobs.items())
            for variation in job.result.variations[len(job.clips) :]
        )

    @Slot()
    def save(self) -> None:
        """Try once more to save the sounds, in the order in which they were made."""
        self._on_the_way |= self._kept
        kept = tuple(self._kept.values())
        self._kept.clear()
        if kept:
            self._queue.save_all(kept, self._folder())

    def forget(self) -> None:
        """Drop all unsaved sounds, as the user draft."""
        self._kept.clear()
        self._on_the_way.clear()
        self.changed.emit()

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        if self._on_the_way.pop(finished.job.id, None) is not None:
            self.changed.emit()
        self.save()

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        self._on_the_way.pop(ended.job.id, None)
        if ended.unsaved is not None:
            self._kept[ended.job.id] = ended.unsaved
            self.changed.emit()
            self.refused.emit(ended.error)
