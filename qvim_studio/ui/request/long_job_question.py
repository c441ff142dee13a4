"""Asks the user before a job of more than ten minutes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from qvim_studio.core.request import MAX_DURATION_S
from qvim_studio.session.figures import count_text, waiting_text
from qvim_studio.session.requests.long_job import LongJob
from qvim_studio.ui.widgets.question import ask


class LongJobQuestion(QObject):
    """Signal: part_wanted (nothing: the user prefers to choose a part of the take)."""

    part_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    @Slot(object)
    def ask(self, job: LongJob) -> QMessageBox:
        """Offer to generate anyway, to choose a part, or to cancel."""
        sounds = sum(request.variations for request in job.requests)
        seconds = max(min(request.natural_s, MAX_DURATION_S) for request in job.requests)
        made = count_text(sounds, self.tr("One sound"), self.tr("{0} sounds"))
        verb = self.tr("takes") if sounds == 1 else self.tr("take")
        text = self.tr("{0} of {1} {2} about {3} on this computer.").format(
            made, waiting_text(seconds), verb, waiting_text(job.seconds)
        )
        remedy = self.tr("A shorter sound, fewer variations or fewer steps take less time.")
        other = None
        if job.is_of_long_take:
            remedy = self.tr(
                "A part of the imitation, fewer variations or fewer steps take less time."
            )
            other = (self.tr("Choose a part…"), self.part_wanted.emit)
        return ask(
            self._window,
            self.tr("This will take a while"),
            f"{text}\n{remedy}",
            self.tr("Generate anyway"),
            job.start,
            other,
        )
