"""Listens to each take for words that may be meant, and offers them as chips."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.core.errors import StudioError
from qvim_studio.core.heard import HeardWord
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Hear
from qvim_studio.ui.request.heard_chips import HeardChips

log = logging.getLogger(__name__)

SETTLE_MS = 300  # after the last move of the part that counts


class HeardDesk(QObject):
    """The newest take counts; what was heard of an older one comes too late and is dropped."""

    def __init__(
        self,
        chips: HeardChips,
        controller: StudioController,
        tasks: BackgroundTasks,
        hear: Hear,
        parent: QObject | None = None,
    ) -> None:
        """hear: may take a second and raise StudioError; called in a thread of ``tasks``, which are
        the ears' own."""
        super().__init__(parent)
        self._chips = chips
        self._tasks = tasks
        self._hear = hear
        self._imitation: Imitation | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._listen)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.takes.part_changed.connect(self._on_part_changed)

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self._imitation = imitation
        self._chips.show_words(())
        self._listen()

    @Slot(object)
    def _on_part_changed(self, imitation: Imitation) -> None:
        self._imitation = imitation
        self._timer.start()

    @Slot()
    def _listen(self) -> None:
        imitation = self._imitation
        if imitation is not None:
            hear = partial(self._hear_newest, imitation)
            self._tasks.run(hear, partial(self._show, imitation), self._miss)

    def _hear_newest(self, imitation: Imitation) -> tuple[HeardWord, ...]:
        """In the background; what waited until another take came is not heard any more."""
        return self._hear(imitation.clip) if imitation is self._imitation else ()

    def _show(self, imitation: Imitation, heard: tuple[HeardWord, ...]) -> None:
        if imitation is self._imitation:
            self._chips.show_words(heard)

    def _miss(self, error: StudioError) -> None:
        """Chips are an offer: nobody is told that there are none."""
        log.info("No words for the take: %s", error)
