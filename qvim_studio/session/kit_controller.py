"""A kit from one take: each sound goes through the queue as a job, together they become presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.audio.files.reading import write_wav
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.export.files.clip_writer import safe_stem
from qvim_studio.export.packs.kit import KitReport, kit_requests, write_kit
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished
from qvim_studio.session.services import Services

PIECES = "kit pieces"  # below the takes: what each sound of a kit was made from
StartAll = Callable[[Sequence[GenerationRequest], Callable[[], object]], None]
Submit = Callable[[GenerationRequest, str, Path | None], Job]


@dataclass(eq=False)
class _Kit:
    """One that is being made: its jobs in the order of the sounds, and what has come of them."""

    name: str
    folder: Path
    jobs: tuple[Job, ...] = ()
    results: dict[int, GenerationResult] = field(default_factory=dict)


class KitController(QObject):
    """Knows no widgets. Every sound appears in the history too, with its recipe.

    Signals: made (KitReport), failed (StudioError), noticed (str).
    """

    made = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(
        self, services: Services, submit: Submit, start: StartAll, parent: QObject | None = None
    ) -> None:
        """submit: puts a request into the queue, with the stem of its files and its take. start:
        lets these requests be submitted, at once or when the user has agreed to wait for them."""
        super().__init__(parent)
        self._services = services
        self._submit = submit
        self._start_all = start
        self._kits: list[_Kit] = []
        services.queue.finished.connect(self._on_finished)
        services.queue.ended.connect(self._on_ended)

    def start(self, take: AudioClip, base: GenerationRequest, name: str, folder: Path) -> None:
        """Cut a take into its sounds and queue them. base: everything but imitation and seed.

        folder: where the kit's own folder will lie.
        """
        pieces = self._services.paths.takes_folder / PIECES
        self._services.tasks.run(
            partial(_cut, take, base, name, pieces),
            partial(self._on_cut, _Kit(name, folder)),
            self.failed.emit,
        )

    def _on_cut(self, kit: _Kit, cut: Sequence[tuple[GenerationRequest, Path]]) -> None:
        self._start_all([request for request, _ in cut], partial(self._submit_all, kit, cut))

    def _submit_all(self, kit: _Kit, cut: Sequence[tuple[GenerationRequest, Path]]) -> None:
        self._kits.append(kit)
        kit.jobs = tuple(
            self._submit(request, f"{kit.name} {number:02d}", path)
            for number, (request, path) in enumerate(cut, 1)
        )
        self.noticed.emit(
            self.tr("{0} sounds were found in the take; the kit is written when all are made.")
            .format(len(cut))
        )  # fmt: skip

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        if not finished.is_whole:
            self._give_up(finished.job)
            return
        for kit in self._kits:
            if finished.job in kit.jobs:
                kit.results[finished.job.id] = finished.result
                if len(kit.results) == len(kit.jobs):
                    self._kits.remove(kit)
                    self._write(kit)
                return

    def _write(self, kit: _Kit) -> None:
        results = [kit.results[job.id] for job in kit.jobs]
        self._services.tasks.run(
            partial(write_kit, results, kit.folder, kit.name), self._on_written, self.failed.emit
        )

    def _on_written(self, report: KitReport) -> None:
        self.made.emit(report)

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        self._give_up(ended.job)

    def _give_up(self, job: Job) -> None:
        """A kit with a hole is none; its other sounds would be made for nothing."""
        for kit in self._kits:
            if job in kit.jobs:
                self._kits.remove(kit)
                for other in kit.jobs:
                    self._services.queue.cancel(other)
                self.noticed.emit(
                    self.tr("The kit was given up. Those of its sounds that were made are in the "
                            "history.")
                )  # fmt: skip
                return


def _cut(
    take: AudioClip, base: GenerationRequest, name: str, folder: Path
) -> list[tuple[GenerationRequest, Path]]:
    """The requests, and the file of each one's imitation: exact, so that recipes find it again."""
    requests = kit_requests(take, base)
    if len(requests) < 2:
        raise UsageError(
            "Only one sound was found in the take, a kit needs several. Record them one after the "
            "other with short pauses, such as “boom, tss, ka”."
        )
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, request in enumerate(requests, 1):
        path = _free_path(folder, f"{safe_stem(name)}_{number:02d}")
        if request.imitation is not None:
            write_wav(path, request.imitation, "FLOAT")
        found.append((request, path))
    return found


def _free_path(folder: Path, stem: str) -> Path:
    attempt = 1
    while (path := folder / f"{stem}{'' if attempt == 1 else f'-{attempt}'}.wav").exists():
        attempt += 1
    return path
