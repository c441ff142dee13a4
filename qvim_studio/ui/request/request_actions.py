"""Connects the request panel with the queue, and results with the list of candidates."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.audio.files.given_sound import SoundUse
from qvim_studio.core.request import GenerationRequest
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.session.figures import waiting_text
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.window.message_bar import MessageBar

WORDS_REST_MS = 600  # without a key press, after which typing counts as finished


class RequestActions(QObject):
    """Connects the panels with the controller, without the window."""

    def __init__(
        self,
        panel: RequestPanel,
        candidates: CandidatesPanel,
        messages: MessageBar,
        controller: StudioController,
        services: Services,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._candidates = candidates
        self._messages = messages
        self._controller = controller
        self._store = services.store
        self._queue = services.queue
        self._words_rest = QTimer(self)
        self._words_rest.setSingleShot(True)
        self._words_rest.setInterval(WORDS_REST_MS)
        self._words_rest.timeout.connect(self._prepare)
        panel.text.textChanged.connect(self._on_words_changed)
        panel.generate_requested.connect(self.generate)
        panel.cancel_requested.connect(controller.cancel)
        panel.draft_changed.connect(self.show_readiness)
        view = candidates.view
        view.star_requested.connect(self._on_star_requested)
        view.trash_requested.connect(controller.history.put_away)
        view.reroll_requested.connect(self.more_like)
        candidates.forming.play_requested.connect(controller.audition.toggle_arrived)
        candidates.forming.grown.connect(controller.audition.grow_arrived)
        candidates.match_toggled.connect(controller.audition.set_matching)
        candidates.words_requested.connect(panel.text.setFocus)
        controller.history.updated.connect(candidates.update_entries)
        controller.history.removed.connect(candidates.remove_ids)
        controller.history.put_aside.connect(candidates.put_away)
        controller.history.taken_back.connect(candidates.take_back)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.takes.awaiting_changed.connect(self.show_readiness)
        controller.candidates_changed.connect(self._on_candidates_changed)
        controller.reopening.chosen.connect(self._on_recipe_chosen)
        controller.progressed.connect(self._on_progressed)
        self.show_readiness()

    @Slot()
    def generate(self) -> None:
        """Generate, like the button."""
        self._generate(at_front=False)

    def generate_next(self) -> None:
        """Generate before all waiting jobs."""
        self._generate(at_front=True)

    @Slot(object)
    def more_like(self, entry: ClipEntry) -> None:
        """Generate variations of a candidate, with the settings of the panel."""
        self._messages.clear()
        self._controller.generate_like(entry, self._panel.draft())

    def more_like_chosen(self) -> None:
        """Generate variations of the current sound; in a blind comparison only the candidates know
        which one it is."""
        entries = self._candidates.view.selected_entries()
        entry = self._controller.viewer.entry or (entries[0] if entries else None)
        if entry is not None:
            self.more_like(entry)
        else:
            self._messages.show_notice(
                self.tr("No candidate is chosen: generate sounds and choose one first.")
            )

    def switch(self) -> None:
        """Switch between the last two sounds (A against B)."""
        if self._controller.audition.switch():
            self._messages.clear_notice()
        else:
            self._messages.show_notice(
                self.tr("Listen to two sounds first; then this key switches between them.")
            )

    def play_newest(self) -> None:
        """Play the newest sound of the running job, else the best candidate."""
        if self._candidates.forming.play_newest():
            return
        if self._candidates.shown:
            newest = self._candidates.shown[0]
            self._candidates.view.select_entry(newest)
            self._controller.toggle_clip(newest)
        else:
            self._messages.show_notice(self.tr("There is no new sound yet: generate some first."))

    @Slot()
    def show_readiness(self) -> None:
        """Show whether the user can generate, and the expected time."""
        has_imitation = self._controller.imitation is not None
        has_take = has_imitation or self._controller.takes.is_awaiting
        reason = self.tr("Record an imitation or type a few words first")
        is_ready = has_take or bool(self._panel.text.text().strip())
        if is_ready and not has_take and self._panel.given.sound(SoundUse.TIMBRE) is not None:
            reason = self.tr("Record an imitation for the timing, or remove “Sounds like”")
            is_ready = False
        self._panel.set_ready(is_ready, "" if is_ready else reason, self._estimate())

    @Slot(str)
    def _on_words_changed(self, text: str) -> None:
        self._words_rest.start()

    @Slot()
    def _prepare(self) -> None:
        """Load the networks for the typed words, so that a later click does not wait for them.
        Takes are prepared on arrival; while a job runs, nothing is prepared."""
        text = self._panel.text.text().strip()
        if text and self._queue.running is None:
            settings = self._store.settings
            self._queue.prepare(settings.checkpoint, settings.vram_mode, text)

    def _estimate(self) -> str:
        """The expected time of a job on this machine; "" before the first one."""
        seconds = self._controller.expected_s(self._panel.draft(draws_seed=False))
        if seconds is None:
            return ""
        return self.tr("takes about {0}").format(waiting_text(seconds))

    def _generate(self, at_front: bool) -> None:
        self._words_rest.stop()
        if self._panel.generate_button.isEnabled():
            self._messages.clear()
            draft = self._panel.draft()
            kept = self._panel.kept_in(self._store.settings)
            self._store.change(kept)
            self._panel.text.remember(kept.texts)
            self._controller.generate(draft, at_front)

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self._panel.set_has_imitation(imitation is not None)
        self.show_readiness()

    @Slot(object, object)
    def _on_candidates_changed(self, entries: tuple[ClipEntry, ...], note: str) -> None:
        self._candidates.show_result(entries, note)
        if entries:
            self._candidates.view.select_entry(self._candidates.shown[0])

    @Slot(object)
    def _on_star_requested(self, entries: list[ClipEntry]) -> None:
        is_starred = all(entry.is_starred for entry in entries)
        self._controller.history.star(entries, not is_starred)

    @Slot(object)
    def _on_recipe_chosen(self, request: GenerationRequest) -> None:
        self._panel.show_request(request)
        self._store.change(self._store.settings.with_changes(checkpoint=request.checkpoint))

    @Slot(object)
    def _on_progressed(self, progress: JobProgress | None) -> None:
        self._panel.show_progress(progress)
        self._candidates.show_progress(progress)
        if progress is None:
            self.show_readiness()
