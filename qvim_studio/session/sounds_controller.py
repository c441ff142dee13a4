"""Connects the user's own sounds: the library, the indexer and the panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.listening.sound_indexer import SoundIndexer
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.folders import FolderKind, LibraryFolder
from qvim_studio.session.services import Services

TOP = 100  # sounds that a search shows


class SoundsController(QObject):
    """Manages and searches the user's own sounds; knows no widgets.

    Signals: found (list of ClipEntry, str: what was looked for), folders_changed (list of
    LibraryFolder), failed (StudioError).
    """

    found = Signal(object, object)
    folders_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = services.library
        self._listening = services.listening
        self._tasks = services.tasks
        self._queue = services.queue
        self.indexer: SoundIndexer = services.indexer
        self.indexer.finished.connect(self._on_indexed)
        self.indexer.failed.connect(self.failed)
        self.indexer.passed_over.connect(self.failed)
        services.queue.changed.connect(self._on_queue_changed)

    def load(self) -> None:
        """Announce the folders and look for changes in them."""
        self._tell_folders()
        if self.folders():
            self.indexer.index()

    def folders(self) -> list[LibraryFolder]:
        return [f for f in self._library.folders.all() if f.kind is FolderKind.SOUNDS]

    def add_folder(self, path: Path) -> None:
        """Add a folder of sounds to the library and index it."""
        self._tasks.run(
            partial(self._library.folders.add, path, FolderKind.SOUNDS),
            self._on_folder_added,
            self.failed.emit,
        )

    def forget_folder(self, folder_id: int) -> None:
        """Remove a folder from the library, with its stars and tags; no file is touched."""
        self._tasks.run(
            partial(self._library.folders.forget, folder_id), self._on_indexed, self.failed.emit
        )

    def find_words(self, text: str) -> None:
        """Show the sounds that these words find; takes milliseconds."""
        self.found.emit(self._library.search_folders(text, FolderKind.SOUNDS, TOP), text)

    def find_voice(self, clip: AudioClip) -> None:
        """Show the sounds nearest to an imitation."""

        def find() -> list[ClipEntry]:
            embedding = self._listening.embed(clip, "imitation")
            return self._library.nearest(self._listening.encoder_id(), embedding, TOP)

        self._run_search(find, self.tr("Nearest to your voice"))

    def find_similar(self, entry: ClipEntry) -> None:
        """Show the sounds nearest to a made or found sound."""

        def find() -> list[ClipEntry]:
            stored = self._library.vectors.of_sound(entry.id)
            if stored is None:
                (report,) = self._listening.listen([entry.path])
                if report.embedding is None:
                    raise StudioError(report.problem)
                stored = self._listening.encoder_id(), report.embedding
            return self._library.nearest(*stored, TOP, without=[entry.id])

        self._run_search(find, self.tr("More like “{0}”").format(entry.title))

    def _run_search(self, find: Callable[[], list[ClipEntry]], what: str) -> None:
        self._tasks.run(find, lambda entries: self.found.emit(entries, what), self.failed.emit)

    def _on_folder_added(self, folder_id: int) -> None:
        self._tell_folders()
        self.indexer.index()

    @Slot(object)
    def _on_indexed(self, count: int | None) -> None:
        self._tell_folders()

    @Slot()
    def _on_queue_changed(self) -> None:
        # the processor belongs to the generation while there is one
        self.indexer.set_held(self._queue.running is not None)

    def _tell_folders(self) -> None:
        self.folders_changed.emit(self.folders())
