"""Shows the melody of a take if the checkpoint hears melodies."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.audio.melody import Melody, melody_of
from qvim_studio.core.capabilities import VoiceRoute
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.session.controller import StudioController
from qvim_studio.ui.waves.melody_strip import MelodyStrip

SETTLE_MS = 120  # after the last move of a handle, so that a drag requests one melody


class MelodyDisplay(QObject):
    """Connects the strip with the controller, which computes melodies in the background."""

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
        self._counts = False  # whether only the melody counts
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.takes.part_changed.connect(self._on_imitation_changed)

    def show_checkpoint(self, entry: CheckpointEntry) -> None:
        """Show the melody if the checkpoint hears melodies, else hide it."""
        capabilities = entry.capabilities
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
        """Show the melody, unless another take or part has become current."""
        if self._counts and self._controller.imitation is imitation:
            length_s = imitation.end_s - imitation.begin_s
            self._strip.show_melody(melody, imitation.begin_s, length_s)
            self._strip.show()
