"""Restores the last session after a restart or a crash, and saves the present one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.core.errors import StudioError
from qvim_studio.core.recipe_form import match_of
from qvim_studio.core.result import FoundSound
from qvim_studio.jobs.engine.imitation import Imitation, read_imitation
from qvim_studio.jobs.engine.job import Job
from qvim_studio.jobs.listening.found_sounds import read_found
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.library import Library
from qvim_studio.session.controller import StudioController
from qvim_studio.session.figures import count_text
from qvim_studio.session.requests.held_jobs import (
    HeldJob,
    JobAgain,
    drop_sounds,
    hold_job,
    jobs_again,
)
from qvim_studio.session.services import Services
from qvim_studio.session.session_file import (
    HeldCandidate,
    HeldTake,
    Session,
    load_session,
    save_session,
)
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.window.message_bar import MessageBar
from qvim_studio.ui.window.panel_state import panel_state, restore_panel

log = logging.getLogger(__name__)

REST_MS = 400  # of quiet after a change, before it is written
MAX_RESTARTS = 2  # after more crashes the restored session itself is suspected


class SessionSaver(QObject):
    """Connects the panels and the controller with the session file, without the window."""

    def __init__(
        self,
        panel: RequestPanel,
        messages: MessageBar,
        controller: StudioController,
        services: Services,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._messages = messages
        self._controller = controller
        self._services = services
        self._file = services.paths.session_file
        self._sounds_folder = services.paths.queued_sounds_folder
        self._before = Session()  # the session that is being restored
        self._saved: Session | None = None
        self._note = ""
        self._held: dict[int, HeldJob] = {}
        self._being_held: set[int] = set()  # jobs whose sounds are being written
        self._on_the_way = 0  # parts that are being read
        self._is_open = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.save)
        controller.takes.imitation_changed.connect(self._on_changed)
        controller.takes.part_changed.connect(self._on_changed)
        controller.candidates_changed.connect(self._on_candidates_changed)
        controller.kits.changed.connect(self._on_changed)
        panel.draft_changed.connect(self._on_changed)
        services.queue.changed.connect(self._on_queue_changed)

    def restore(self) -> None:
        """Restore the last session, except parts in which the user has already begun something."""
        session = self._before = load_session(self._file)
        self._is_open = True
        if session == Session():
            return
        if session.restarts >= MAX_RESTARTS:
            self._messages.show_notice(
                self.tr(
                    "The last session was not restored, because the studio ended twice "
                    "while restoring it. Your takes and sounds are safe: find them among "
                    "the takes and in the history."
                )
            )
            return
        self._write(replace(session, restarts=session.restarts + 1))
        if not self._panel.text.text():
            restore_panel(self._panel, session.panel)
        takes = self._controller.takes
        if session.take is not None and takes.imitation is None and not takes.is_awaiting:
            self._restore_take(session.take)
        if session.candidates and not self._controller.candidates:
            read = partial(_read_candidates, self._services.library, session.candidates)
            self._read(read, partial(self._show_candidates, session.note))
        if session.jobs:
            self._read(partial(jobs_again, session.jobs, self._sounds_folder), self._take_up_jobs)

    def go_on(self) -> None:
        """Queue the requests that have waited since the last session."""
        self._services.queue.release()

    def drop(self) -> None:
        """Drop the requests that have waited since the last session."""
        self._services.queue.cancel_all()
        self._services.queue.release()

    @Slot()
    def save(self) -> None:
        """Write the present session if it differs from the saved one."""
        if not self._is_open or self._on_the_way:
            return
        session = self._session()
        if session != self._saved:
            self._write(session)
            if not self._being_held:  # whose sounds no session names yet
                drop_sounds(session.jobs, self._sounds_folder)

    def close(self) -> None:
        """Save the final state and ignore later changes, because the closing program empties the
        queue."""
        self._rest.stop()
        if self._on_the_way:
            self._write(self._before)
        else:
            for job in self._jobs():
                if job.id not in self._held:
                    self._hold(job, hold_job(job, self._path_of(job), self._sounds_folder))
            self._being_held.clear()
            self.save()
        self._is_open = False

    def _jobs(self) -> tuple[Job, ...]:
        """The running job, the waiting jobs, then the finished jobs of incomplete kits, without
        jobs that only wait to be written."""
        queue = self._services.queue
        jobs = (*([] if queue.running is None else [queue.running]), *queue.waiting)
        open_jobs = tuple(job for job in jobs if job.unsaved is None)
        return (*open_jobs, *self._controller.kits.made_jobs)

    def _session(self) -> Session:
        imitation, running = self._controller.imitation, self._services.queue.running
        kits = self._controller.kits
        jobs = [
            kits.mark(replace(self._held[job.id], was_running=job is running), job)
            for job in self._jobs()
            if job.id in self._held
        ]
        return Session(
            take=None
            if imitation is None
            else HeldTake(str(imitation.path), imitation.begin_s, imitation.end_s),
            candidates=tuple(
                HeldCandidate(str(entry.path), entry.id, entry.match and entry.match.as_dict())
                for entry in self._controller.candidates
            ),
            note=self._note,
            panel=panel_state(self._panel),
            jobs=(*jobs, *kits.earlier_jobs),
            kits=kits.held,
        )

    def _write(self, session: Session) -> None:
        try:
            save_session(session, self._file)
            self._saved = session
        except OSError as error:
            log.warning("The session cannot be kept in %s: %s", self._file, error)

    def _read(self, function: Callable[[], Any], on_done: Callable[[Any], None]) -> None:
        self._on_the_way += 1

        def done(value: Any) -> None:
            on_done(value)
            arrive()

        def failed(error: StudioError) -> None:
            log.info("A part of the last session is not there any more: %s", error)
            arrive()

        def arrive() -> None:
            self._on_the_way -= 1
            self._rest.start()

        self._services.tasks.run(function, done, failed)

    def _restore_take(self, take: HeldTake) -> None:
        takes = self._controller.takes
        number = takes.expect()

        def read() -> Imitation | None:
            try:
                imitation = read_imitation(Path(take.path), None)
            except StudioError as error:
                log.info("The take of the last session is not there any more: %s", error)
                return None
            return imitation.with_part(take.begin_s, take.end_s)

        def use(imitation: Imitation | None) -> None:
            if imitation is not None and takes.is_awaited(number):
                takes.use(imitation)
            takes.give_up(number)

        self._read(read, use)

    def _show_candidates(self, note: str, entries: tuple[ClipEntry, ...]) -> None:
        if entries and not self._controller.candidates:
            self._controller.show_candidates(note, entries)

    def _take_up_jobs(self, again: tuple[Sequence[JobAgain], Sequence[str]]) -> None:
        jobs, lost = again
        queued = {one: self._queue_again(one) for one in jobs if one.result is None}
        lost = [*lost, *self._take_up_kits(jobs, queued)]
        waiting = count_text(
            len(queued),
            self.tr("One generation was not finished when the studio ended."),
            self.tr("{0} generations were not finished when the studio ended."),
        )
        text = "\n".join([*([waiting] if queued else []), *lost])
        if queued:
            drop = (self.tr("Take out"), self.drop)
            self._messages.offer(text, self.tr("Make now"), self.go_on, drop)
        elif lost:
            self._messages.show_notice(text)

    def _queue_again(self, again: JobAgain) -> Job:
        self._services.queue.hold()
        held = again.held
        path = Path(held.imitation_path) if held.imitation_path else None
        job = self._controller.submission.submit_again(
            again.request, Path(held.folder), held.stem, path
        )
        self._held[job.id] = replace(held, was_running=False, kit="")
        return job

    def _take_up_kits(
        self, jobs: Sequence[JobAgain], queued: Mapping[JobAgain, Job]
    ) -> Iterator[str]:
        """Continue kits, and yield sentences about kits that cannot be completed."""
        for kit in self._before.kits:
            mine = [one for one in jobs if one.held.kit == kit.key]
            if not self._controller.kits.take_up(kit, mine, [queued.get(one) for one in mine]):
                yield self.tr(
                    "The kit “{0}” lacks a sound and cannot be written; its sounds are "
                    "kept one by one."
                ).format(kit.name)

    def _path_of(self, job: Job) -> Path | None:
        return self._controller.submission.imitation_path(job)

    @Slot()
    def _on_changed(self) -> None:
        self._rest.start()

    @Slot(object, object)
    def _on_candidates_changed(self, entries: tuple[ClipEntry, ...], note: str) -> None:
        self._note = note
        self._rest.start()

    @Slot()
    def _on_queue_changed(self) -> None:
        """Write the sounds of new requests in the background, then the requests."""
        if not self._is_open:
            return
        for job in self._jobs():
            if job.id not in self._held and job.id not in self._being_held:
                self._being_held.add(job.id)
                self._services.tasks.run(
                    partial(hold_job, job, self._path_of(job), self._sounds_folder),
                    partial(self._hold, job),
                    partial(self._on_not_held, job),
                )
        self._rest.start()

    def _hold(self, job: Job, held: HeldJob) -> None:
        self._being_held.discard(job.id)
        self._held[job.id] = held
        self._rest.start()

    def _on_not_held(self, job: Job, error: StudioError) -> None:
        self._being_held.discard(job.id)
        log.warning("A queued request would not survive a restart: %s", error)


def _read_candidates(
    library: Library, candidates: Sequence[HeldCandidate]
) -> tuple[ClipEntry, ...]:
    """The candidates that still exist: those of the library in order, then the found ones."""
    made = library.sounds.entries_of([one.id for one in candidates if one.id])
    found = [FoundSound(one.path, match_of(one.match or {})) for one in candidates if not one.id]
    return (*made, *read_found(found))
