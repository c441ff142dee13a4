"""Asks before a job that takes more than ten minutes, in words that a person reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from qvim_studio.core.request import MAX_DURATION_S, GenerationRequest
from qvim_studio.ui.painting import count_text, waiting_text
from qvim_studio.ui.question import ask

LONG_TAKE_S = 20.0  # a part of it would be made much sooner


@dataclass(frozen=True, eq=False)
class LongJob:
    """What would take long. seconds: all in all. start: begins it all the same."""

    seconds: float
    requests: tuple[GenerationRequest, ...]
    start: Callable[[], object]

    @property
    def is_of_long_take(self) -> bool:
        """Would a part of the imitation help?"""
        (first, *others) = self.requests
        take = first.imitation
        is_as_long = first.edit is None and first.duration_s is None
        return not others and is_as_long and take is not None and take.duration_s > LONG_TAKE_S


class LongJobDesk(QObject):
    """Signal: part_wanted (nothing): the user would rather choose a part of the take."""

    part_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    @Slot(object)
    def ask(self, job: LongJob) -> QMessageBox:
        """Generate anyway, choose a part, or leave it."""
        sounds = sum(request.variations for request in job.requests)
        seconds = max(min(request.natural_s, MAX_DURATION_S) for request in job.requests)
        made = count_text(sounds, self.tr("One sound"), self.tr("{0} sounds"))
        verb = self.tr("takes") if sounds == 1 else self.tr("take")
        text = self.tr("{0} of {1} {2} about {3} on this computer.").format(
            made, waiting_text(seconds), verb, waiting_text(job.seconds)
        )
        remedy = self.tr("A shorter sound, fewer variations or fewer steps are made sooner.")
        other = None
        if job.is_of_long_take:
            remedy = self.tr("A part of the imitation, fewer variations or steps are made sooner.")
            other = (self.tr("Choose a part…"), self.part_wanted.emit)
        return ask(
            self._window,
            self.tr("This takes long"),
            f"{text}\n{remedy}",
            self.tr("Generate anyway"),
            job.start,
            other,
        )
