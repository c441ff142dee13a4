"""Gives rows to workers and takes back what they made: every row is made once, whoever dies."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qvim_studio.core.errors import (
    AudioFileError,
    CheckpointError,
    StudioError,
    UsageError,
    bug_text,
)
from qvim_studio.jobs.child.messages import Answer, Crashed, Failed, Finished
from qvim_studio.rendering.order import RenderedRow, RenderOrder
from qvim_studio.rendering.output_tree import write_row
from qvim_studio.rendering.render_journal import JournalRow, RenderJournal

log = logging.getLogger(__name__)

POLL_S = 1.0
LATE_RETRIES = 1  # of a row whose worker was ended for want of an answer: each takes long
LASTING = (AudioFileError, CheckpointError, UsageError)  # trying again would meet them again


@dataclass(frozen=True)
class Returned:
    """An order that came back from a worker.

    answer: None where the worker ended first; reason then says why, in a user's words.
    is_charged: whether the worker was busy with this very order when it ended. late_s: the limit
    after which the worker was ended for want of an answer; None for other ends.
    """

    order: RenderOrder
    answer: Answer | None
    reason: str = ""
    is_charged: bool = True
    late_s: float | None = None


class Workers(Protocol):
    """Processes somewhere that carry out orders."""

    def has_room(self) -> bool:
        """Whether one more order may be given now."""
        ...

    def give(self, order: RenderOrder) -> None:
        """Hand an order to a worker with room."""
        ...

    def wait(self, timeout_s: float) -> Sequence[Returned]:
        """Orders that came back; empty where none does in time. Raises EngineError where no worker
        is left and none can be started."""
        ...

    def close(self) -> None:
        """End all workers at once, also those that are busy."""
        ...


class RenderRun:
    """One run over the rows that are waiting in a journal.

    made_clips, processor_s: of this run: written sounds, and processor time of the workers.
    """

    def __init__(
        self,
        journal: RenderJournal,
        workers: Workers,
        folder: Path,
        read_order: Callable[[JournalRow], RenderOrder],
        retries: int,
        on_row: Callable[[JournalRow, str], None],
    ) -> None:
        """read_order: raises StudioError where a row cannot be rendered. retries: of a row that
        failed for a reason that may pass. on_row: called with a row that ended and what is wrong
        with it, "" for nothing."""
        self._journal = journal
        self._workers = workers
        self._folder = folder
        self._read_order = read_order
        self._retries = retries
        self._on_row = on_row
        self._is_spread = journal.is_spread
        self._fresh = journal.waiting()
        self._again: deque[tuple[JournalRow, int]] = deque()  # with the tries so far
        self._out: dict[str, tuple[JournalRow, int]] = {}
        self.made_clips = 0
        self.processor_s = 0.0

    def run(self) -> None:
        """Until every row is made or has failed.

        Raises OutputError where the output folder takes no more, EngineError where no worker can
        be had; the rows that are not made stay waiting.
        """
        while True:
            is_more = self._give()
            if not is_more and not self._out:
                return
            returned = self._workers.wait(POLL_S)
            self._give()  # workers that are free compute while the files are written
            for each in returned:
                self._take(each)

    def _give(self) -> bool:
        """Keep the workers busy. Returns whether rows may still be waiting."""
        while self._workers.has_room():
            found = self._next()
            if found is None:
                return False
            row, tries = found
            try:
                order = self._read_order(row)
            except StudioError as error:
                self._fail(row, str(error), tries + 1)
                continue
            self._out[row.key] = found
            self._workers.give(order)
        return True

    def _next(self) -> tuple[JournalRow, int] | None:
        fresh = next(self._fresh, None)
        if fresh is not None:
            return fresh, 0
        return self._again.popleft() if self._again else None

    def _take(self, returned: Returned) -> None:
        row, tries = self._out.pop(returned.order.key)
        answer = returned.answer
        if isinstance(answer, Finished):
            self._keep(row, returned.order.title, answer.value, tries + 1)
        elif answer is None and not returned.is_charged:
            self._again.appendleft((row, tries))
        else:
            self._try_again(row, tries + 1, returned)

    def _keep(self, row: JournalRow, title: str, made: RenderedRow, tries: int) -> None:
        """First the files, then the journal."""
        names = write_row(self._folder, row, title, made.clips, is_spread=self._is_spread)
        self._journal.finish(row.key, names, made.seconds, tries)
        self.made_clips += len(names)
        self.processor_s += made.processor_s
        self._on_row(row, "")

    def _try_again(self, row: JournalRow, tries: int, returned: Returned) -> None:
        answer, retries = returned.answer, self._retries
        error = f"The worker ended unexpectedly ({returned.reason})."
        if returned.late_s is not None:
            retries = min(retries, LATE_RETRIES)
            error = (
                f"The worker gave no answer within {returned.late_s / 60:.0f} min and was ended. "
                "Ask for fewer or shorter sounds, or see the log."
            )
        if isinstance(answer, Failed):
            error = str(answer.error)
        elif isinstance(answer, Crashed):
            log.error("Rendering %s failed:\n%s", row.take or row.cells, answer.trace)
            error = bug_text("Rendering", "Try other settings")
        is_lasting = isinstance(answer, Failed) and isinstance(answer.error, LASTING)
        if is_lasting or tries > retries:
            self._fail(row, error, tries)
            return
        log.warning("%s is tried again: %s", row.take or row.cells, error)
        self._again.append((row, tries))

    def _fail(self, row: JournalRow, error: str, tries: int) -> None:
        self._journal.fail(row.key, error, tries)
        self._on_row(row, error)
