"""Indexes the folders of the user's own sounds in the background, with pause and resume."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.errors import CancelledError, StudioError, error_for_user
from qvim_studio.jobs.listening.listening_process import ListeningProcess
from qvim_studio.library.adoption import Stamp
from qvim_studio.library.folders import FolderKind, LibraryFolder
from qvim_studio.library.library import Library

log = logging.getLogger(__name__)

SHOWN_NAMES = 5
BATCH = 16  # sounds: one or two seconds of work


@dataclass(frozen=True)
class IndexProgress:
    """done, count: sounds of this folder's run; sounds_per_s: measured, without pauses."""

    folder: Path
    done: int
    count: int
    sounds_per_s: float


class SoundIndexer(QObject):
    """One thread that follows all sound folders; the embedding is done by a child process.

    Signals, in the thread of this object: progressed (IndexProgress), finished (int: number of new
    or changed sounds), failed (StudioError), passed_over (StudioError about sounds that cannot be
    in the library, once for each folder).
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    passed_over = Signal(object)

    _progressed = Signal(object)
    _finished = Signal(object)
    _failed = Signal(object)
    _passed_over = Signal(object)

    def __init__(
        self,
        library: Library,
        listening: ListeningProcess,
        expected_encoder_id: Callable[[], str],
        parent: QObject | None = None,
        batch: int = BATCH,
    ) -> None:
        """expected_encoder_id: returns the encoder id that the child will most likely report; the
        child is not started while that encoder has embedded all sounds. batch: sounds between two
        checks for pause and cancel."""
        super().__init__(parent)
        self._library = library
        self._listening = listening
        self._expected_encoder_id = expected_encoder_id
        self.batch = batch
        self._runs: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._waiting = 0
        self._may_run = threading.Event()
        self._may_run.set()
        self._stopping = threading.Event()
        self._is_paused = False
        self._is_held = False
        self._noted_folders: set[int] = set()
        # a signal of ours brings the thread's news into our own thread
        self._progressed.connect(self.progressed)
        self._finished.connect(self._on_finished)
        self._failed.connect(self._on_failed)
        self._passed_over.connect(self.passed_over)
        self._thread = threading.Thread(target=self._serve, name="indexer", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._waiting > 0

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    def index(self) -> None:
        """Look through all folders of sounds and index what is new or changed."""
        self._waiting += 1
        self._runs.put(True)

    def set_paused(self, is_paused: bool) -> None:
        """Pause after the current sounds, or resume, for the user."""
        self._is_paused = is_paused
        self._update()

    def set_held(self, is_held: bool) -> None:
        """Pause, or resume, while something more urgent needs the processor."""
        self._is_held = is_held
        self._update()

    def shutdown(self, timeout_s: float = 3.0) -> bool:
        """End thread and child; indexed sounds are kept. False if the thread hangs."""
        self._stopping.set()
        self._may_run.set()
        self._runs.put(False)
        self._listening.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _update(self) -> None:
        if self._is_paused or self._is_held:
            self._may_run.clear()
        else:
            self._may_run.set()

    def _serve(self) -> None:
        while self._runs.get() and not self._stopping.is_set():
            try:
                self._finished.emit(self._index_all())
            except CancelledError:
                self._finished.emit(0)
            except Exception as error:  # noqa: BLE001 - shown by the window
                self._failed.emit(error_for_user(error, "Indexing"))

    def _index_all(self) -> int:
        folders = [f for f in self._library.folders.all() if f.kind is FolderKind.SOUNDS]
        return sum(self._index_folder(folder) for folder in folders if folder.is_there)

    def _index_folder(self, folder: LibraryFolder) -> int:
        changes = self._library.adoption.find_changes(folder.id)
        if changes.nameless and folder.id not in self._noted_folders:
            self._noted_folders.add(folder.id)
            self._passed_over.emit(_nameless(folder, changes.nameless))
        unheard = self._library.adoption.unheard(folder.id)
        wanted = {**unheard, **changes.new, **changes.changed}
        missing = self._library.vectors.missing
        if wanted or missing(self._expected_encoder_id(), folder.id):
            wanted = missing(self._listening.encoder_id(), folder.id) | wanted
        names = list(wanted)
        done, spent_s = 0, 0.0
        while done < len(names):
            self._may_run.wait()
            if self._stopping.is_set():
                raise CancelledError("Cancelled.")
            began_s = time.monotonic()
            batch = {name: wanted[name] for name in names[done : done + self.batch]}
            self._index_batch(folder, batch)
            done += len(batch)
            spent_s += time.monotonic() - began_s
            self._progressed.emit(
                IndexProgress(folder.path, done, len(names), done / max(spent_s, 1e-6))
            )
        return len(names)

    def _index_batch(self, folder: LibraryFolder, batch: Mapping[str, Stamp]) -> None:
        reports = self._listening.listen([folder.path / name for name in batch])
        ids, embeddings = [], []
        for (name, stamp), report in zip(batch.items(), reports, strict=True):
            sound_id = self._library.adoption.record(
                folder.id, name, stamp, report.facts, report.problem, report.words
            )
            if report.embedding is not None:
                ids.append(sound_id)
                embeddings.append(report.embedding)
        if ids:
            self._library.vectors.add(self._listening.encoder_id(), ids, embeddings)

    @Slot(object)
    def _on_finished(self, count: int) -> None:
        self._waiting -= 1
        self.finished.emit(count)

    @Slot(object)
    def _on_failed(self, error: StudioError) -> None:
        self._waiting -= 1
        self.failed.emit(error)


def _nameless(folder: LibraryFolder, names: Sequence[str]) -> StudioError:
    shown = ", ".join(names[:SHOWN_NAMES]) + (", …" if len(names) > SHOWN_NAMES else "")
    return StudioError(
        f"{len(names)} sounds in {folder.path} cannot be in the library, because their names are "
        f"no text (not UTF-8): {shown}. Rename them; until then open them one by one."
    )
