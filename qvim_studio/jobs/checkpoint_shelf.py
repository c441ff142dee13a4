"""Fetches, checks, imports and removes checkpoints in threads of its own, for the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.checkpoint_choice import CheckpointChoice
from qvim_studio.core.checkpoint_keeper import CheckpointKeeper, OnBytes
from qvim_studio.core.errors import CancelledError, PickledWeightsError, StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks

REPORT_EVERY_S = 0.1


@dataclass(frozen=True)
class Transfer:
    """How far a download is. bytes_per_s: since it was started or went on. is_converting: all is
    here, and is being written in the studio's own form."""

    id: str
    here: int
    total: int
    bytes_per_s: float
    is_converting: bool = False

    @property
    def seconds_left(self) -> float | None:
        """None while it cannot be told."""
        left = self.total - self.here
        return left / self.bytes_per_s if self.bytes_per_s > 0 and self.total else None


@dataclass(frozen=True)
class PickledWeights:
    """A question: may these files of a folder or download be read? allow: says yes, once asked."""

    name: str
    files: tuple[str, ...]
    allow: Callable[[], None]


@dataclass(frozen=True)
class Shelf:
    """What there is. free_bytes: on the disk that downloads go to."""

    choices: tuple[CheckpointChoice, ...]
    is_offline: bool
    free_bytes: int


class CheckpointShelf(QObject):
    """One download at a time; everything else beside it.

    Signals: changed (Shelf), progressed (Transfer), stopped (nothing: no download runs any more),
    said (str: something went well), failed (StudioError), consent_wanted (PickledWeights).
    """

    changed = Signal(object)
    progressed = Signal(object)
    stopped = Signal()
    said = Signal(object)
    failed = Signal(object)
    consent_wanted = Signal(object)
    _moved = Signal(object)

    def __init__(
        self, make_keeper: Callable[[], CheckpointKeeper], parent: QObject | None = None
    ) -> None:
        """make_keeper: called in the background, with the first wish."""
        super().__init__(parent)
        self._make_keeper = make_keeper
        self._keeper: CheckpointKeeper | None = None
        self._tasks = BackgroundTasks(self)
        self._halt = threading.Event()
        self._discards = False
        self.shelf: Shelf | None = None
        self.transfer: Transfer | None = None
        self._moved.connect(self._on_moved)

    @property
    def is_idle(self) -> bool:
        return self._tasks.is_idle

    @Slot()
    def refresh(self) -> None:
        """Look again; ``changed`` follows."""
        self._tasks.run(self._look, self._on_looked, self.failed.emit)

    def download(self, id: str, allow_pickle: bool = False) -> None:
        """Fetch a checkpoint, from where it was paused or broken off; asks for consent where the
        hub has its weights as pickles alone."""
        if self.transfer is not None:
            return
        self._halt.clear()
        self._discards = False
        self._on_moved(Transfer(id, 0, 0, 0.0))

        def not_done(error: StudioError) -> None:
            self._end_transfer()
            if not isinstance(error, CancelledError):
                self._tell_or_ask(error, id, lambda: self.download(id, allow_pickle=True))
            self.refresh()

        self._tasks.run(lambda: self._fetch(id, allow_pickle), self._on_fetched, not_done)

    def pause(self) -> None:
        """End the download and keep what came."""
        self._halt.set()

    def cancel(self) -> None:
        """End the download and delete what came."""
        self._discards = True
        self._halt.set()

    def import_folder(self, folder: Path, allow_pickle: bool = False) -> None:
        """Make a folder known; asks for consent where it holds pickled weights."""

        def done(id: str) -> None:
            self._tell(self.tr("{0} is ready to use.").format(id))

        def not_done(error: StudioError) -> None:
            self._tell_or_ask(
                error, folder.name, lambda: self.import_folder(folder, allow_pickle=True)
            )

        self._tasks.run(
            lambda: self._kept().import_folder(folder, allow_pickle=allow_pickle), done, not_done
        )

    def verify(self, id: str) -> None:
        """Compare every file with what was published."""

        def done(problems: tuple[str, ...]) -> None:
            if problems:
                told = "; ".join(problems)
                self.failed.emit(
                    StudioError(f"{id} is damaged: {told}. Remove it and download it again.")
                )
            else:
                self.said.emit(self.tr("{0}: every file matches the published one.").format(id))

        self._tasks.run(lambda: self._kept().verify(id), done, self.failed.emit)

    def remove(self, id: str) -> None:
        def done(freed: int) -> None:
            text = self.tr("{0} was removed; {1:,.0f} MB are free again.")
            self._tell(text.format(id, freed / 1e6))

        self._tasks.run(lambda: self._kept().remove(id), done, self.failed.emit)

    def shutdown(self) -> bool:
        """End the download, which goes on next time; False where a transfer hangs."""
        self._halt.set()
        return self._tasks.shutdown()

    def _kept(self) -> CheckpointKeeper:
        if self._keeper is None:
            self._keeper = self._make_keeper()
        return self._keeper

    def _look(self) -> Shelf:
        keeper = self._kept()
        return Shelf(keeper.list(), keeper.is_offline(), keeper.free_bytes())

    def _on_looked(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.changed.emit(shelf)

    def _fetch(self, id: str, allow_pickle: bool) -> str:
        arriving, converting = (self._meter(id, is_second) for is_second in (False, True))
        try:
            self._kept().download(
                id,
                arriving,
                self._halt.is_set,
                allow_pickle=allow_pickle,
                on_converted=converting,
            )
        except CancelledError:
            if self._discards:
                self._kept().discard(id)
            raise
        return id

    def _meter(self, id: str, is_converting: bool) -> OnBytes:
        """Reports how much is here, or converted, and how fast it comes."""
        began, said, first = 0.0, 0.0, None

        def on_bytes(here: int, total: int) -> None:
            nonlocal began, first, said
            now = time.monotonic()
            if first is None:
                began, first = now, here
            if now - said >= REPORT_EVERY_S or here in (first, total):
                said = now
                speed = (here - first) / max(now - began, 1e-3)
                self._moved.emit(Transfer(id, here, total, speed, is_converting))

        return on_bytes

    @Slot(object)
    def _on_moved(self, transfer: Transfer) -> None:
        self.transfer = transfer
        self.progressed.emit(transfer)

    def _on_fetched(self, id: str) -> None:
        self._end_transfer()
        self._tell(self.tr("{0} is installed and verified.").format(id))

    def _tell_or_ask(self, error: StudioError, name: str, allow: Callable[[], None]) -> None:
        if isinstance(error, PickledWeightsError):
            self.consent_wanted.emit(PickledWeights(name, error.files, allow))
        else:
            self.failed.emit(error)

    def _end_transfer(self) -> None:
        self.transfer = None
        self.stopped.emit()

    def _tell(self, text: str) -> None:
        self.said.emit(text)
        self.refresh()
