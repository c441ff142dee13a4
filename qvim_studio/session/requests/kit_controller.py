"""Makes a kit from one take: each sound is a job, and the results become presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.audio.files.reading import write_wav
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.export.files.clip_writer import safe_stem
from qvim_studio.export.packs.kit import KitReport, kit_requests, write_kit
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished
from qvim_studio.session.requests.held_jobs import HeldJob, HeldKit, JobAgain
from qvim_studio.session.services import Services

PIECES = "kit pieces"  # below the takes: what each sound of a kit was made from
StartAll = Callable[[Sequence[GenerationRequest], Callable[[], object]], None]
Submit = Callable[[GenerationRequest, str, Path | None], Job]


@dataclass(eq=False)
class _Kit:
    """A kit in the making.

    jobs: by the place of their sound in the kit, of this session. results, clips: the result of a
    sound, and its files.
    """

    held: HeldKit
    jobs: dict[int, Job] = field(default_factory=dict)
    results: dict[int, GenerationResult] = field(default_factory=dict)
    clips: dict[int, tuple[str, ...]] = field(default_factory=dict)
    earlier: dict[int, HeldJob] = field(default_factory=dict)  # made in an earlier session

    @property
    def is_complete(self) -> bool:
        return len(self.results) == self.held.sounds

    def place_of(self, job: Job) -> int | None:
        return next((place for place, one in self.jobs.items() if one is job), None)


class KitController(QObject):
    """Makes kits; knows no widgets. Each sound also appears in the history, with its recipe.

    Signals: changed (nothing: a sound was made or a kit ended), made (KitReport), failed
    (StudioError), noticed (str).
    """

    changed = Signal()
    made = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(
        self, services: Services, submit: Submit, start: StartAll, parent: QObject | None = None
    ) -> None:
        """submit: puts a request into the queue, with the stem of its files and its take. start:
        submits requests at once, or when the user has agreed to wait for them."""
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
            partial(self._on_cut, name, folder),
            self.failed.emit,
        )

    @property
    def held(self) -> tuple[HeldKit, ...]:
        """The kits of this session that are not written yet."""
        return tuple(kit.held for kit in self._kits)

    @property
    def made_jobs(self) -> tuple[Job, ...]:
        """The finished jobs of this session whose kits still wait for other jobs."""
        return tuple(
            job for kit in self._kits for place, job in kit.jobs.items() if place in kit.results
        )

    @property
    def earlier_jobs(self) -> tuple[HeldJob, ...]:
        """The jobs that an earlier session finished for kits that are not complete yet."""
        return tuple(job for kit in self._kits for job in kit.earlier.values())

    def mark(self, held: HeldJob, job: Job) -> HeldJob:
        """The job with its place in a kit, if it belongs to one."""
        for kit in self._kits:
            place = kit.place_of(job)
            if place is not None:
                clips = kit.clips.get(place, ())
                return replace(held, kit=kit.held.key, kit_place=place, clips=clips)
        return held

    def take_up(self, held: HeldKit, again: Sequence[JobAgain], jobs: Sequence[Job | None]) -> bool:
        """Continue a kit of an earlier session; False if one of its sounds is missing.

        jobs: in the order of ``again``, the job that makes a missing sound; None for a finished
        sound.
        """
        kit = _Kit(held)
        for one, job in zip(again, jobs, strict=True):
            place = one.held.kit_place
            if job is not None:
                kit.jobs[place] = job
            elif one.result is not None:
                kit.results[place], kit.earlier[place] = one.result, one.held
        if {*kit.jobs, *kit.results} != set(range(held.sounds)):
            return False
        self._kits.append(kit)
        self._write_if_complete(kit)
        return True

    def _on_cut(
        self, name: str, folder: Path, cut: Sequence[tuple[GenerationRequest, Path]]
    ) -> None:
        kit = _Kit(HeldKit(uuid4().hex, name, str(folder), len(cut)))
        self._start_all([request for request, _ in cut], partial(self._submit_all, kit, cut))

    def _submit_all(self, kit: _Kit, cut: Sequence[tuple[GenerationRequest, Path]]) -> None:
        self._kits.append(kit)
        for place, (request, path) in enumerate(cut):
            kit.jobs[place] = self._submit(request, f"{kit.held.name} {place + 1:02d}", path)
        self.changed.emit()
        self.noticed.emit(
            self.tr("Found {0} sounds in the take. The kit is written when all of them are "
                    "finished.")
            .format(len(cut))
        )  # fmt: skip

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        if not finished.is_whole:
            self._give_up(finished.job)
            return
        for kit in self._kits:
            place = kit.place_of(finished.job)
            if place is not None:
                kit.results[place] = finished.result
                kit.clips[place] = tuple(str(clip.path) for clip in finished.clips)
                self._write_if_complete(kit)
                self.changed.emit()
                return

    def _write_if_complete(self, kit: _Kit) -> None:
        """Write a kit whose sounds are all there; the kit is listed until it is on the disk."""
        if not kit.is_complete:
            return
        results = [kit.results[place] for place in range(kit.held.sounds)]
        self._services.tasks.run(
            partial(write_kit, results, Path(kit.held.folder), kit.held.name),
            partial(self._on_written, kit),
            partial(self._on_not_written, kit),
        )

    def _on_written(self, kit: _Kit, report: KitReport) -> None:
        self._leave(kit)
        self.made.emit(report)

    def _on_not_written(self, kit: _Kit, error: StudioError) -> None:
        self._leave(kit)
        self.failed.emit(error)

    def _leave(self, kit: _Kit) -> None:
        self._kits.remove(kit)
        self.changed.emit()

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        self._give_up(ended.job)

    def _give_up(self, job: Job) -> None:
        """Drop the kit of a failed job: an incomplete kit is not written, so its other sounds are
        not made."""
        for kit in self._kits:
            if kit.place_of(job) is not None:
                self._leave(kit)
                for other in kit.jobs.values():
                    self._services.queue.cancel(other)
                self.noticed.emit(
                    self.tr("The kit was canceled. The sounds finished so far are in the "
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
