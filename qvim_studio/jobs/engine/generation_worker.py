"""Runs generations in its own thread; known only to the queue that owns it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import CancelledError, StudioError, error_for_user
from qvim_studio.core.partial_result import PartialResult
from qvim_studio.core.request import VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.clip_writer import PartlyWrittenError, WrittenClip
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished, JobProgress
from qvim_studio.jobs.engine.time_estimate import TimeEstimate

log = logging.getLogger(__name__)

# result, folder, stem of the names, what an earlier try has written of it
WriteResult = Callable[[GenerationResult, Path, str, Sequence[WrittenClip]], Sequence[WrittenClip]]


class GenerationWorker(QObject):
    """Owns the engine: makes it with the first job, closes it at the end.

    Signals are emitted in the worker's thread; the queue relays them.
    """

    progressed = Signal(object)
    finished = Signal(object)
    ended = Signal(object)

    def __init__(self, make_engine: Callable[[], Engine], write_result: WriteResult) -> None:
        super().__init__()
        self._make_engine = make_engine
        self._write_result = write_result
        self._engine: Engine | None = None
        self._estimate = TimeEstimate()

    @Slot(str, object, str)
    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str) -> None:
        """Build the engine, load the checkpoint and read the words before a job asks for it."""
        try:
            if self._engine is None:
                self._engine = self._make_engine()
            self._engine.prepare(checkpoint, vram_mode, text)
        except Exception:
            # the job itself will meet the same error and report it to somebody who waits
            log.info("The engine could not be prepared", exc_info=True)

    @Slot(object)
    def run(self, job: Job) -> None:
        """One job from begin to end; exactly one of finished and ended is emitted."""
        made = None
        try:
            made = replace(job.unsaved, job=job) if job.unsaved else self._generate(job)
            clips = () if job.is_sketch else self._write(job, made)
            self.finished.emit(replace(made, clips=clips))
        except Exception as error:  # noqa: BLE001 - ends the job
            if made is not None and isinstance(error, PartlyWrittenError):
                made = replace(made, clips=error.clips)
            self.ended.emit(JobEnded(job, _for_the_user(error), made))

    @Slot(object)
    def replace_engine(self, make_engine: Callable[[], Engine]) -> None:
        """Use another kind of engine from the next job on."""
        self.close()
        self._make_engine = make_engine

    @Slot()
    def finish(self) -> None:
        """Free the engine and end the thread, after everything asked before."""
        try:
            self.close()
        finally:
            QThread.currentThread().quit()

    def close(self) -> None:
        """Free the engine's memory; the next job makes another."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _generate(self, job: Job) -> JobFinished:
        """Its sounds, before they are written; that they can be is tried first."""
        if not job.is_sketch:
            check_output_folder(job.folder)
        self._estimate.begin(job.request, job.expected)
        partial_result = PartialResult()

        def on_progress(progress: Progress) -> None:
            fraction, seconds_left = self._estimate.update(progress)
            self.progressed.emit(
                JobProgress(
                    job.id,
                    progress.phase,
                    progress.step,
                    progress.steps,
                    fraction,
                    seconds_left,
                    progress.preview,
                    partial_result.take(progress),
                    job.request.variations,
                )
            )

        if job.cancelled.is_set():
            raise CancelledError("Cancelled.")
        if self._engine is None:
            self._engine = self._make_engine()
        try:
            result = self._engine.generate(job.request, on_progress, job.cancelled.is_set)
        except Exception as error:
            kept = partial_result.so_far()
            if job.is_sketch or kept is None:
                raise
            return JobFinished(job, kept, is_whole=False, error=_for_the_user(error))
        if not job.is_sketch:
            self._estimate.finish()
        return JobFinished(job, result)

    def _write(self, job: Job, made: JobFinished) -> tuple[WrittenClip, ...]:
        count = job.request.variations
        self.progressed.emit(JobProgress(job.id, "write", 0, 1, 1.0, None, variations=count))
        return tuple(self._write_result(made.result, job.folder, job.stem, made.clips))


def _for_the_user(error: Exception) -> StudioError | None:
    """None where the user wanted the end."""
    if isinstance(error, CancelledError):
        return None
    return error_for_user(error, "Generating", "Try other settings")
