"""Runs generations in its own thread; known only to the queue that owns it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal, Slot

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine, OnProgress
from qvim_studio.core.errors import CancelledError, OutputError, StudioError, error_for_user
from qvim_studio.core.partial_result import PartialResult
from qvim_studio.core.request import VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.export.files.clip_writer import PartlyWrittenError, WrittenClip, safe_stem
from qvim_studio.export.files.growing_sounds import GrowingSounds
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished, JobProgress
from qvim_studio.jobs.engine.time_estimate import TimeEstimate

log = logging.getLogger(__name__)

# result, folder, stem of the names, the files of an earlier attempt
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
        """Build the engine, load the checkpoint and encode the words before a job needs them."""
        try:
            if self._engine is None:
                self._engine = self._make_engine()
            self._engine.prepare(checkpoint, vram_mode, text)
        except Exception:
            # the job itself will meet and report the same error
            log.info("The engine could not be prepared", exc_info=True)

    @Slot(object)
    def run(self, job: Job) -> None:
        """Run one job from beginning to end; emits either finished or ended, once."""
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
        """Free the engine and end the thread, after all earlier requests."""
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
        """The sounds of a job, not yet written. The folder is checked for writing first."""
        if not job.is_sketch:
            check_output_folder(job.folder)
            return self._generate_into(job, job.folder)
        # A sketch is not kept: its long sounds are read before their files are deleted.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return self._generate_into(job, Path(folder))

    def _generate_into(self, job: Job, folder: Path) -> JobFinished:
        """The sounds of a job; long sounds grow in files of the folder."""
        self._estimate.begin(job.request, job.expected)
        partial_result = PartialResult()
        growing = GrowingSounds(folder, safe_stem(job.stem))
        refused: list[OutputError] = []

        def on_progress(progress: Progress) -> None:
            try:
                progress = growing.with_sound(progress)
            except OutputError as error:
                refused.append(error)  # the engine ends as after a cancel
                return
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
            result = growing.filled(self._made(self._engine, job, on_progress, refused))
            growing.forget_others(result)
            if job.is_sketch:
                result = _in_memory(result)
        except Exception as error:
            growing.fade_ends()
            kept = partial_result.so_far()
            if job.is_sketch or kept is None:
                raise
            return JobFinished(job, kept, is_whole=False, error=_for_the_user(error))
        if not job.is_sketch:
            self._estimate.finish()
        return JobFinished(job, result)

    def _made(
        self, engine: Engine, job: Job, on_progress: OnProgress, refused: Sequence[OutputError]
    ) -> GenerationResult:
        """The engine's result. refused: gets an error if a long sound finds no room on the disk,
        which ends the job."""
        try:
            result = engine.generate(
                job.request, on_progress, lambda: job.cancelled.is_set() or bool(refused)
            )
        except CancelledError:
            if refused:
                raise refused[0] from None
            raise
        if refused:
            raise refused[0]
        return result

    def _write(self, job: Job, made: JobFinished) -> tuple[WrittenClip, ...]:
        count = job.request.variations
        self.progressed.emit(JobProgress(job.id, "write", 0, 1, 1.0, None, variations=count))
        return tuple(self._write_result(made.result, job.folder, job.stem, made.clips))


def _in_memory(result: GenerationResult) -> GenerationResult:
    """The result with samples that outlive the files in which they came."""
    sounds = tuple(
        replace(one, clip=AudioClip(np.array(one.clip.samples), one.clip.sample_rate))
        for one in result.variations
    )
    return replace(result, variations=sounds)


def _for_the_user(error: Exception) -> StudioError | None:
    """The error to show; None for a cancel."""
    if isinstance(error, CancelledError):
        return None
    return error_for_user(error, "Generating", "Try other settings")
