"""Runs the daily loop between panels and jobs: take → request → job → candidates → history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.audio.files.reading import read_audio, read_sound_header
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit, edited_name
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import FoundSound
from qvim_studio.core.upscale import Upscale, upscaled_name
from qvim_studio.export.files.recipe import provenance_of, read_recipe
from qvim_studio.export.files.watch_folder import copy_clips
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.engine.job import Job, JobEnded, JobFinished, JobProgress, arrived_key
from qvim_studio.jobs.listening.found_sounds import read_found
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.audition import Audition
from qvim_studio.session.clip_viewer import ClipViewer
from qvim_studio.session.figures import filled
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.reopening import Reopening
from qvim_studio.session.requests.comparison import CheckpointComparison
from qvim_studio.session.requests.job_submission import JobSubmission
from qvim_studio.session.requests.kit_controller import KitController
from qvim_studio.session.requests.request_draft import (
    RequestDraft,
    request_between,
    request_editing,
    request_like,
    request_of,
    request_upscaling,
)
from qvim_studio.session.sentences import own_words
from qvim_studio.session.services import Services, stream_options
from qvim_studio.session.sounds_controller import SoundsController
from qvim_studio.session.take_controller import TakeController
from qvim_studio.session.unsaved_sounds import UnsavedSounds
from qvim_studio.session.used_sounds import UsedSounds


class StudioController(QObject):
    """Holds the session's state and knows no widgets. takes, audition, viewer: its parts.

    Signals: imitation_changed (Imitation | None), candidates_changed (tuple of ClipEntry, note),
    asked (LongJob: the user is to agree), progressed (JobProgress | None), failed (StudioError),
    noticed (str). ``history`` looks after everything made before, ``reopening`` brings recipes
    back, ``sounds`` looks after the user's own folders, ``kits`` makes kits, ``submission`` fills
    the queue, ``unsaved`` keeps what could not be written.
    """

    imitation_changed = Signal(object)
    candidates_changed = Signal(object, object)
    asked = Signal(object)
    progressed = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.takes = TakeController(services, self)
        self.audition = Audition(services.playback, self)
        self.viewer = ClipViewer(services.tasks, self)
        self._candidates: tuple[ClipEntry, ...] = ()
        self._acts: list[Callable[[], None]] = []  # wait for a take that is on its way
        self._output_folder = self.output_folder
        self.submission = JobSubmission(services, lambda: self.output_folder, self)
        self.submission.asked.connect(self.asked)
        self.submission.progressed.connect(self.progressed)
        self.history = HistoryController(services, self)
        self.history.failed.connect(self.failed)
        self.history.noticed.connect(self.noticed)
        self.used_sounds = UsedSounds(services.paths.used_sounds_file)
        self.reopening = Reopening(services, self.takes, self.history, self.used_sounds, self)
        self.reopening.failed.connect(self.failed)
        self.reopening.noticed.connect(self.noticed)
        self.history.removed.connect(self._on_removed)
        services.recording.take_recorded.connect(self.history.keep_take)
        self.sounds = SoundsController(services, self)
        self.sounds.failed.connect(self.failed)
        self.kits = KitController(services, self.submission.submit, self.submission.start, self)
        self.comparison = CheckpointComparison(self.submission.submit, self.submission.start, self)
        self.kits.failed.connect(self.failed)
        self.kits.noticed.connect(self.noticed)
        # After the kits, so that its message is the one that stays.
        self.unsaved = UnsavedSounds(services.queue, lambda: self.output_folder, self)
        services.queue.progressed.connect(self._on_progressed)
        services.queue.finished.connect(self._on_finished)
        services.queue.ended.connect(self._on_ended)
        self.takes.failed.connect(self.failed)
        self.takes.imitation_changed.connect(self._on_imitation_changed)
        self.takes.awaiting_changed.connect(self._on_awaiting_changed)
        self.takes.part_changed.connect(self.audition.set_imitation)
        services.playback.refused.connect(self._on_playback_refused)
        services.playback.failed.connect(self.failed)
        services.store.failed.connect(self.failed)
        services.store.changed.connect(self._on_settings_changed)

    @property
    def imitation(self) -> Imitation | None:
        return self.takes.imitation

    @property
    def candidates(self) -> tuple[ClipEntry, ...]:
        return self._candidates

    @property
    def settings(self) -> Settings:
        return self._services.store.settings

    @property
    def output_folder(self) -> Path:
        chosen = self.settings.output_folder
        return Path(chosen) if chosen else self._services.paths.output_folder

    def open_file(self, path: Path) -> None:
        """Use an audio file as the imitation."""
        self.takes.open_file(path)

    def toggle_clip(self, entry: ClipEntry) -> None:
        """Play or stop a clip that has a file."""
        self.audition.toggle_clip(entry)

    def expected_s(self, draft: RequestDraft) -> float | None:
        """How many seconds a request should take on this machine; None if unknown."""
        clip = None if self.imitation is None else self.imitation.clip
        try:
            return self.submission.pace.expected_s(request_of(draft, self.settings, clip))
        except StudioError:
            return None

    def generate(self, draft: RequestDraft, at_front: bool = False) -> None:
        """Queue a request, last or next, once an awaited take is there; report an impossible
        request at once."""
        self._once_take_is_there(partial(self._generate, draft, at_front))

    def _generate(self, draft: RequestDraft, at_front: bool) -> None:
        imitation = self.imitation
        try:
            request = request_of(
                draft, self.settings, None if imitation is None else imitation.clip
            )
        except StudioError as error:
            self.failed.emit(error)
            return
        stem = draft.text or ("" if imitation is None else imitation.name)
        path = None if imitation is None else imitation.path
        self.submission.begin(request, stem, path, at_front)

    def compare(self, drafts: Mapping[str, RequestDraft]) -> None:
        """Queue one request with several checkpoints. drafts: by the ids of these."""
        self._once_take_is_there(partial(self._compare, drafts))

    def _compare(self, drafts: Mapping[str, RequestDraft]) -> None:
        imitation, settings = self.imitation, self.settings
        clip = None if imitation is None else imitation.clip
        try:
            requests = [
                request_of(replace(draft, fits=0), settings.with_changes(checkpoint=id), clip)
                for id, draft in drafts.items()
            ]
        except StudioError as error:
            self.failed.emit(error)
            return
        stem = requests[0].text or ("" if imitation is None else imitation.name)
        path = None if imitation is None else imitation.path
        self.comparison.begin(requests, stem, path)

    def generate_like(self, entry: ClipEntry, draft: RequestDraft) -> None:
        """Queue variations of a clip, which becomes the sound to start from and to resemble."""

        def submit(clip: AudioClip) -> None:
            request = request_like(clip, draft, self.settings)
            self.submission.begin(request, entry.title, entry.path)

        self._run(partial(read_audio, entry.path), submit)

    def morph(
        self, first: ClipEntry, second: ClipEntry, draft: RequestDraft, at: float | None
    ) -> None:
        """Queue sounds between two sounds; at None: from one to the other."""

        def submit(request: GenerationRequest) -> None:
            title = f"{first.title} to {second.title}"
            self.submission.begin(request, title, first.path)

        read = partial(request_between, first.path, second.path, draft, self.settings, at)
        self._run(read, submit)

    def edit(
        self,
        entry: ClipEntry,
        edit_of: Callable[..., Edit],
        draft: RequestDraft,
        imitation: Imitation | None = None,
        is_above: bool = False,
    ) -> None:
        """Queue an edit of a sound. edit_of: takes ``sound`` and ``provenance``. imitation: of the
        part; without it the part is made from the sound itself. is_above: only the imitation's
        stretch at the time of the part counts, else all of it."""

        def read() -> GenerationRequest:
            edit = edit_of(sound=read_audio(entry.path), provenance=provenance_of(entry.path))
            edit = replace(edit, bit_depth=read_sound_header(entry.path).bit_depth)
            voice = None if imitation is None else imitation.clip
            if imitation is not None and is_above:
                voice = imitation.stretch(edit.begin_s, edit.end_s)
            return request_editing(edit, draft, self.settings, voice)

        def submit(request: GenerationRequest) -> None:
            path = None if imitation is None else imitation.path
            self.submission.begin(request, edited_name(entry.title), path)

        self._run(read, submit)

    def upscale(self, entry: ClipEntry, upscaler: str) -> None:
        """Queue the highs of a sound. upscaler: id of what makes them."""

        def read() -> GenerationRequest:
            recipe = read_recipe(entry.path)
            band_hz = None if recipe is None else float(recipe["bandwidth_hz"])
            upscale = Upscale(read_audio(entry.path), provenance_of(entry.path), band_hz)
            return request_upscaling(upscale, upscaler, self.settings)

        def submit(request: GenerationRequest) -> None:
            name = upscaled_name(entry.title)
            self.submission.begin(request, name, None)

        self._run(read, submit)

    def make_kit(self, draft: RequestDraft) -> None:
        """Queue each sound of the take separately; together the results become a kit."""
        self._once_take_is_there(partial(self._make_kit, draft))

    def _once_take_is_there(self, act: Callable[[], None]) -> None:
        """Act now, or when the take that is being recorded or read is in hand, never with the take
        before it. If no take comes, nothing is done; the failure itself is reported."""
        if not self.takes.is_awaiting:
            act()
            return
        self._acts.append(act)
        self.noticed.emit(self.tr("Generation starts as soon as the new take is ready."))

    @Slot()
    def _on_awaiting_changed(self) -> None:
        if not self.takes.is_awaiting:
            self._acts.clear()

    def _make_kit(self, draft: RequestDraft) -> None:
        imitation = self.imitation
        if imitation is None:
            self.failed.emit(
                UsageError(
                    "A kit is made from a take with several sounds, got none. Record one, such as "
                    "“boom, tss, ka”."
                )
            )
            return
        try:
            base = request_of(draft, self.settings, imitation.clip)
        except StudioError as error:
            self.failed.emit(error)
            return
        clips = self.output_folder
        folder = clips.with_name(f"{clips.name} Kits")
        self.kits.start(imitation.clip, base, imitation.name, folder)

    def cancel(self) -> None:
        """Stop the running generation; waiting jobs stay in the queue."""
        running = self._services.queue.running
        if running is not None:
            self._services.queue.cancel(running)

    def load_history(self) -> None:
        """Show all earlier clips, and look for unknown ones in the output folder."""
        self._output_folder = self.output_folder
        self.history.load(self._output_folder)
        self.sounds.load()

    @Slot()
    def find_by_voice(self) -> None:
        """Search the user's own sounds for the imitation."""
        self._once_take_is_there(self._find_by_voice)

    def _find_by_voice(self) -> None:
        if self.imitation is not None:
            self.sounds.find_voice(self.imitation.clip)

    def _run(self, function: Callable[[], object], on_done: Callable[[Any], None]) -> None:
        self._services.tasks.run(function, on_done, self.failed.emit)

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self.audition.set_imitation(imitation)
        self.viewer.view(None)
        self.imitation_changed.emit(imitation)
        acts, self._acts = self._acts, []
        for act in acts:
            act()

    @Slot(object)
    def _on_progressed(self, progress: JobProgress) -> None:
        self.progressed.emit(progress)

    @Slot(object)
    def _on_finished(self, finished: JobFinished) -> None:
        self._finish_progress()
        self._name_playing(finished)
        if finished.error is not None:
            self.failed.emit(finished.error)
        self.submission.learn(finished)
        seconds = finished.result.seconds.get("total")
        took = "" if seconds is None else filled(self.tr("made in {0:.1f} s"), seconds)
        note = "\n".join([took, " ".join(map(own_words, finished.result.notes))]).rstrip()
        if self.settings.watch_folder:
            files = [clip.path for clip in finished.clips]
            self._run(partial(copy_clips, files, Path(self.settings.watch_folder)), _do_nothing)
        found = finished.result.found
        self.history.keep(
            finished,
            self.submission.forget(finished.job),
            partial(self._show_kept, finished.job, note, found),
        )

    def _show_kept(
        self, job: Job, note: str, found: tuple[FoundSound, ...], entries: tuple[ClipEntry, ...]
    ) -> None:
        together = self.comparison.together(job, entries)
        self._look_up_found(note, found if together == entries else (), together)

    def _name_playing(self, finished: JobFinished) -> None:
        """Give playback the file of a sound that was played while others were being made."""
        for variation, clip in zip(finished.result.variations, finished.clips):
            key = arrived_key(finished.job.id, variation.seed)
            self._services.playback.rename(key, str(clip.path))

    def _look_up_found(
        self, note: str, found: tuple[FoundSound, ...], entries: tuple[ClipEntry, ...]
    ) -> None:
        self._services.tasks.run(
            partial(read_found, found),
            lambda sounds: self.show_candidates(note, (*entries, *sounds)),
            self.failed.emit,
        )

    def show_candidates(self, note: str, entries: tuple[ClipEntry, ...]) -> None:
        self._candidates = entries
        self.candidates_changed.emit(entries, note)

    @Slot(object)
    def _on_removed(self, ids: Sequence[int]) -> None:
        """Sounds in the trash are neither played nor shown."""
        entry = self.viewer.entry
        if entry is not None and entry.id in ids:
            if self._services.playback.playing.key == str(entry.path):
                self._services.playback.stop()
            self.viewer.view(None)

    @Slot(object)
    def _on_ended(self, ended: JobEnded) -> None:
        self._finish_progress()
        if ended.unsaved is not None:
            return  # it may be saved yet, and who looks after that says why it was not
        self.submission.forget(ended.job)
        if ended.error is not None:
            self.failed.emit(ended.error)

    @Slot()
    def _on_playback_refused(self) -> None:
        self.noticed.emit(
            self.tr("Playback is off while you record. Stop the recording first (R).")
        )

    def _finish_progress(self) -> None:
        following = self._services.queue.running
        self.progressed.emit(
            JobProgress(following.id, "queued", 0, 1, 0.0, None) if following else None
        )

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self._services.playback.set_device(settings.output_device)
        self._services.backend.set_options(stream_options(settings))
        if self.output_folder != self._output_folder:
            self.load_history()
            self.unsaved.save()


def _do_nothing(copies: list[Path]) -> None:
    """The copies need no further step."""
