"""Finds words for each take and offers them as chips."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from qvim_studio.core.errors import StudioError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.session.controller import StudioController
from qvim_studio.session.services import Hear
from qvim_studio.ui.request.word_chips import WordChips

log = logging.getLogger(__name__)

SETTLE_MS = 300  # after the last move of the used part


class WordSuggestions(QObject):
    """The newest take counts; words of an older take are dropped."""

    def __init__(
        self,
        chips: WordChips,
        controller: StudioController,
        tasks: BackgroundTasks,
        hear: Hear,
        parent: QObject | None = None,
    ) -> None:
        """hear: may take a second and raise StudioError; runs in a thread of ``tasks`` that does
        nothing else."""
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

    def _hear_newest(self, imitation: Imitation) -> tuple[SoundWord, ...]:
        """The words of a take, empty if a newer take has replaced it; runs in the background."""
        return self._hear(imitation.clip) if imitation is self._imitation else ()

    def _show(self, imitation: Imitation, words: tuple[SoundWord, ...]) -> None:
        if imitation is self._imitation:
            self._chips.show_words(words)

    def _miss(self, error: StudioError) -> None:
        """Ignore a failure, because chips are only an offer."""
        log.info("No words for the take: %s", error)
