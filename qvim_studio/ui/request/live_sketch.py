"""Updates the live sketch after changes of the settings, while nothing else is generated."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.audio.levels import match_loudness
from qvim_studio.audio.spectrogram import Spectrogram, compute_spectrogram
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.session.controller import StudioController
from qvim_studio.session.requests.request_draft import request_of
from qvim_studio.session.sentences import own_words
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.request.quality_bar import Quality, steps_for
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.widgets.tips import set_tip

SETTLE_MS = 350  # after the last change, so that a moving slider requests one sketch
SKETCH_KEY = "sketch"


class LiveSketch(QObject):
    """One variation of few steps, which is not saved and which every change replaces."""

    def __init__(
        self,
        panel: RequestPanel,
        candidates: CandidatesPanel,
        controller: StudioController,
        services: Services,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._candidates = candidates
        self._strip = candidates.sketch_strip
        self._controller = controller
        self._services = services
        self._clip: AudioClip | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        candidates.sketch_toggled.connect(self._on_toggled)
        panel.draft_changed.connect(self._on_changed)
        controller.imitation_changed.connect(self._on_changed)
        services.queue.sketched.connect(self._on_sketched)
        self._strip.play_requested.connect(self.play)

    def play(self) -> None:
        """Play the sketch, or stop it."""
        clip = self._clip
        if clip is not None:
            self._services.playback.toggle(SKETCH_KEY, lambda: match_loudness(clip))

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        self._strip.setVisible(is_on)
        if is_on:
            self._on_changed()
        else:
            self._timer.stop()
            self._forget("")
            self._services.queue.drop_sketch()

    @Slot()
    def _on_changed(self) -> None:
        if not self._candidates.sketch.isChecked():
            return
        self._services.queue.drop_sketch()
        if self._panel.generate_button.isEnabled():
            self._forget(self.tr("Sketching…"))
            self._timer.start()
        else:
            self._forget(self.tr("A sketch needs a take or a few words"))

    def _forget(self, reason: str) -> None:
        self._clip = None
        set_tip(self._strip, "")
        self._strip.show_waiting(reason)

    @Slot()
    def _ask(self) -> None:
        draft = replace(
            self._panel.draft(draws_seed=False),
            variations=1,
            fits=0,
            upscaler="",
            steps=steps_for(Quality.SKETCH, self._panel.details.default_steps),
        )
        imitation = self._controller.imitation
        clip = None if imitation is None else imitation.clip
        try:
            request = request_of(draft, self._controller.settings, clip)
            request = request.with_changes(light=True)
        except StudioError as error:
            self._forget(own_words(str(error)))
            return
        self._services.queue.sketch(request)

    @Slot(object)
    def _on_sketched(self, result: GenerationResult | StudioError) -> None:
        if isinstance(result, StudioError):
            self._forget(self.tr("No sketch could be made"))
            set_tip(self._strip, str(result))
            return
        variation = result.variations[0]
        clip = variation.clip
        self._services.tasks.run(
            partial(compute_spectrogram, clip.mono(), clip.sample_rate),
            partial(self._show, variation),
            self._controller.failed.emit,
        )

    def _show(self, variation: Variation, spectrogram: Spectrogram) -> None:
        if self._candidates.sketch.isChecked() and not self._timer.isActive():
            self._clip = variation.clip
            self._strip.show_sketch(variation, spectrogram)
