"""Shows the melody of a take where it is what the checkpoint hears of a voice."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.audio.melody import Melody, melody_of
from qvim_studio.core.capabilities import VoiceRoute
from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.session.controller import StudioController
from qvim_studio.ui.waves.melody_strip import MelodyStrip

SETTLE_MS = 120  # after the last move of a handle: a drag asks once


class MelodyDesk(QObject):
    """Knows the strip and the controller; computes in the background."""

    def __init__(
        self,
        strip: MelodyStrip,
        controller: StudioController,
        tasks: BackgroundTasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._strip = strip
        self._controller = controller
        self._tasks = tasks
        self._counts = False  # whether the melody is what counts
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.takes.part_changed.connect(self._on_imitation_changed)

    def show_checkpoint(self, choice: CheckpointChoice) -> None:
        """Follow what the checkpoint hears."""
        capabilities = choice.capabilities
        counts = capabilities is not None and capabilities.voice_route is VoiceRoute.MELODY
        if counts != self._counts:
            self._counts = counts
            self._on_imitation_changed(self._controller.imitation)

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        if self._counts and imitation is not None:
            self._timer.start()
        else:
            self._timer.stop()
            self._strip.hide()

    @Slot()
    def _look(self) -> None:
        imitation = self._controller.imitation
        if imitation is not None:
            self._tasks.run(
                lambda: melody_of(imitation.clip),
                partial(self._show, imitation),
                self._controller.failed.emit,
            )

    def _show(self, imitation: Imitation, melody: Melody) -> None:
        """What was computed, unless another take or part is in hand by now."""
        if self._counts and self._controller.imitation is imitation:
            length_s = imitation.end_s - imitation.begin_s
            self._strip.show_melody(melody, imitation.begin_s, length_s)
            self._strip.show()
