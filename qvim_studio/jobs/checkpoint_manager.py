"""Fetches, checks, imports and removes checkpoints in threads of its own, for the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Signal, Slot

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.checkpoint_store import CheckpointStore, ImportedCheckpoint, OnBytes
from qvim_studio.core.errors import CancelledError, PickledWeightsError, StudioError
from qvim_studio.jobs.background_tasks import BackgroundTasks

REPORT_EVERY_S = 0.1


@dataclass(frozen=True)
class Transfer:
    """The progress of a download. bytes_per_s: the mean since it was started or resumed.
    is_converting: whether the download is complete and is being written in the studio's own
    form."""

    id: str
    here: int
    total: int
    bytes_per_s: float
    is_converting: bool = False

    @property
    def seconds_left(self) -> float | None:
        """The estimated seconds that are left; None if unknown."""
        left = self.total - self.here
        return left / self.bytes_per_s if self.bytes_per_s > 0 and self.total else None


@dataclass(frozen=True)
class PickledWeights:
    """The question whether these files of a folder or download may be read. allow: call it to
    agree."""

    name: str
    files: tuple[str, ...]
    allow: Callable[[], None]


@dataclass(frozen=True)
class CheckpointListing:
    """All known checkpoints. free_bytes: on the disk that downloads go to."""

    entries: tuple[CheckpointEntry, ...]
    is_offline: bool
    free_bytes: int


class CheckpointManager(QObject):
    """Runs one download at a time, and everything else beside it.

    Signals: changed (CheckpointListing), progressed (Transfer), stopped (nothing: no download
    runs any more), noticed (str: something went well), failed (StudioError), consent_wanted
    (PickledWeights).
    """

    changed = Signal(object)
    progressed = Signal(object)
    stopped = Signal()
    noticed = Signal(object)
    failed = Signal(object)
    consent_wanted = Signal(object)
    _moved = Signal(object)

    def __init__(
        self, make_checkpoint_store: Callable[[], CheckpointStore], parent: QObject | None = None
    ) -> None:
        """make_checkpoint_store: called in the background, with the first request."""
        super().__init__(parent)
        self._make_store = make_checkpoint_store
        self._store: CheckpointStore | None = None
        self._tasks = BackgroundTasks(self)
        self._halt = threading.Event()
        self._discards = False
        self._begun = self._shown = 0  # looks
        self.listing: CheckpointListing | None = None
        self.transfer: Transfer | None = None
        self._moved.connect(self._on_moved)

    @property
    def is_idle(self) -> bool:
        return self._tasks.is_idle

    @Slot()
    def refresh(self) -> None:
        """Read the list again; ``changed`` follows."""
        self._begun += 1
        self._tasks.run(self._look, partial(self._on_looked, self._begun), self.failed.emit)

    def download(self, id: str, allow_pickle: bool = False) -> None:
        """Fetch a checkpoint, or resume its download; asks for consent if the hub has its weights
        only as pickles."""
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
        """End the download and keep the bytes so far."""
        self._halt.set()

    def cancel(self) -> None:
        """End the download and delete its bytes."""
        self._discards = True
        self._halt.set()

    def import_source(self, source: Path, used: str = "", allow_pickle: bool = False) -> None:
        """Add a folder, or convert a file to a checkpoint and add that; asks for consent to pickled
        weights. used: id of the checkpoint in use, which a LoRA changes."""

        def done(made: ImportedCheckpoint) -> None:
            ready = self.tr("{0} is ready to use.").format(made.id)
            self._tell(f"{ready} {made.recognized}".strip())

        def not_done(error: StudioError) -> None:
            self._tell_or_ask(
                error, source.name, lambda: self.import_source(source, used, allow_pickle=True)
            )

        def bring() -> ImportedCheckpoint:
            return self._open_store().import_source(source, allow_pickle=allow_pickle, used=used)

        self._tasks.run(bring, done, not_done)

    def verify(self, id: str) -> None:
        """Compare every file with what was published."""

        def done(problems: tuple[str, ...]) -> None:
            if problems:
                listed = "; ".join(problems)
                self.failed.emit(
                    StudioError(f"{id} is damaged: {listed}. Remove it and download it again.")
                )
            else:
                self.noticed.emit(self.tr("{0}: every file matches the published one.").format(id))

        self._tasks.run(lambda: self._open_store().verify(id), done, self.failed.emit)

    def remove(self, id: str) -> None:
        def done(freed: int) -> None:
            text = self.tr("{0} was removed; {1} MB are free again.")
            megabytes = f"{freed / 1e6:,.0f}".replace(",", QLocale().groupSeparator())
            self._tell(text.format(id, megabytes))

        self._tasks.run(lambda: self._open_store().remove(id), done, self.failed.emit)

    def shutdown(self) -> bool:
        """End the download, which resumes next time; False if a transfer hangs."""
        self._halt.set()
        return self._tasks.shutdown()

    def _open_store(self) -> CheckpointStore:
        if self._store is None:
            self._store = self._make_store()
        return self._store

    def _look(self) -> CheckpointListing:
        store = self._open_store()
        return CheckpointListing(store.list(), store.is_offline(), store.free_bytes())

    def _on_looked(self, number: int, listing: CheckpointListing) -> None:
        """number: of the look. One that took longer than a later one has nothing new to say."""
        if number < self._shown:
            return
        self._shown = number
        self.listing = listing
        self.changed.emit(listing)

    def _fetch(self, id: str, allow_pickle: bool) -> str:
        arriving, converting = (self._meter(id, is_second) for is_second in (False, True))
        try:
            self._open_store().download(
                id,
                arriving,
                self._halt.is_set,
                allow_pickle=allow_pickle,
                on_converted=converting,
            )
        except CancelledError:
            if self._discards:
                self._open_store().discard(id)
            raise
        return id

    def _meter(self, id: str, is_converting: bool) -> OnBytes:
        """A callback that reports the bytes that are here or converted, and their speed."""
        began, reported_s, first = 0.0, 0.0, None

        def on_bytes(here: int, total: int) -> None:
            nonlocal began, first, reported_s
            now = time.monotonic()
            if first is None:
                began, first = now, here
            if now - reported_s >= REPORT_EVERY_S or here in (first, total):
                reported_s = now
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
        self.noticed.emit(text)
        self.refresh()
