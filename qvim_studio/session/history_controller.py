"""Connects the library with the history panel: loading, marks with undo, the trash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from qvim_studio.core.errors import StudioError
from qvim_studio.jobs.engine.job import JobFinished
from qvim_studio.library.adoption import read_entry
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.recipes import Recipe
from qvim_studio.session.figures import count_text
from qvim_studio.session.mending import mended_entries
from qvim_studio.session.services import Services

DESCRIBED_AT_ONCE = 32  # thumbnails read between two looks at the window's other tasks

OnKept = Callable[[tuple[ClipEntry, ...]], None]


class HistoryController(QObject):
    """Loads and changes the history; knows no widgets. Every change can be undone.

    Signals: loaded (list of ClipEntry: all there is), added, updated (list of ClipEntry), removed
    (sequence of ids), put_aside, taken_back (tuple of Path: sounds that only the candidates show),
    undone (nothing: a change was undone or done again), relocated (Path: where new clips belong),
    failed (StudioError), noticed (str).
    """

    loaded = Signal(object)
    added = Signal(object)
    updated = Signal(object)
    removed = Signal(object)
    put_aside = Signal(object)
    taken_back = Signal(object)
    undone = Signal()
    relocated = Signal(object)
    failed = Signal(object)
    noticed = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = services.library
        self._tasks = services.tasks
        self._takes_folder = services.paths.takes_folder
        self.undo_stack = QUndoStack(self)

    def load(self, output_folder: Path) -> None:
        """Show the clips that the library knows, then look for unknown ones in its folders."""
        self.reload()
        self._tasks.run(
            partial(self._follow_folders, output_folder), self._on_followed, self.failed.emit
        )

    def reload(self) -> None:
        """Show all clips again."""
        self._tasks.run(self._read, self.loaded.emit, self.failed.emit)

    def keep(self, finished: JobFinished, imitation_path: Path | None, on_kept: OnKept) -> None:
        """Add a result to the library, then show its clips, best first."""
        paths = [clip.path for clip in finished.clips]
        folder = finished.job.folder

        def add() -> list[ClipEntry]:
            folder_id = self._library.folders.add(folder, FolderKind.MADE)
            ids = self._library.adoption.add_result(folder_id, paths, imitation_path)
            return self._library.sounds.entries_of(ids)

        def on_added(entries: list[ClipEntry]) -> None:
            self.added.emit(entries)
            on_kept(tuple(entries))

        def on_error(error: StudioError) -> None:
            self.failed.emit(error)
            self._tasks.run(
                lambda: tuple(read_entry(path) for path in paths), on_kept, self.failed.emit
            )

        self._tasks.run(add, on_added, on_error)

    def mend(self, entry: ClipEntry) -> None:
        """A clip without its flaws joins the history; the clip itself stays."""
        mended = partial(mended_entries, self._library, entry.path)
        self._tasks.run(mended, self.added.emit, self.failed.emit)

    @Slot(object)
    def keep_take(self, path: Path) -> None:
        """Add a recording, whose file is complete, to the library."""

        def add() -> None:
            folder_id = self._library.folders.add(self._takes_folder, FolderKind.TAKES)
            self._library.adoption.adopt_take(folder_id, path.name)

        self._tasks.run(add, _do_nothing, self.failed.emit)

    def search(self, text: str) -> frozenset[int] | None:
        """Search the library, see Library.search; takes a few milliseconds."""
        found = self._library.search(text)
        return None if found is None else frozenset(found)

    def recipe(self, entry: ClipEntry) -> Recipe | None:
        return self._library.sounds.recipe(entry.id)

    def trashed(self) -> list[ClipEntry]:
        return self._library.sounds.trashed()

    def duplicates(self) -> list[ClipEntry]:
        """The sounds that exist more than once, copies beside each other."""
        return [entry for group in self._library.sounds.duplicates() for entry in group]

    def star(self, entries: Sequence[ClipEntry], is_starred: bool) -> None:
        sounds = self._library.sounds
        changed = [entry for entry in entries if entry.is_starred is not is_starred]
        ids = [entry.id for entry in changed]
        self._change(
            self.tr("star") if is_starred else self.tr("remove star"),
            changed,
            lambda: sounds.set_starred(ids, is_starred),
            lambda: sounds.set_starred(ids, not is_starred),
        )

    def rate(self, entries: Sequence[ClipEntry], rating: int) -> None:
        sounds = self._library.sounds
        ids = [entry.id for entry in entries]
        before = [(entry.id, entry.rating) for entry in entries]
        self._change(
            self.tr("rate"),
            entries,
            lambda: sounds.rate(ids, rating),
            lambda: [sounds.rate([sound_id], old) for sound_id, old in before],
        )

    def rename(self, entry: ClipEntry, title: str) -> None:
        """Rename a clip; an empty title restores the words of its request."""
        sounds = self._library.sounds
        old = "" if entry.title == entry.asked else entry.title
        self._change(
            self.tr("rename"),
            [entry] if title.strip() != entry.title else [],
            lambda: sounds.rename(entry.id, title),
            lambda: sounds.rename(entry.id, old),
        )

    def tag(self, entries: Sequence[ClipEntry], tags: Sequence[str]) -> None:
        """Replace the tags of one clip, or add tags to several clips."""
        sounds = self._library.sounds
        ids = [entry.id for entry in entries]
        before = [(entry.id, entry.tags) for entry in entries]

        def do() -> None:
            if len(ids) == 1:
                sounds.set_tags(ids[0], tags)
            else:
                sounds.add_tags(ids, tags)

        self._change(
            self.tr("tag"), entries, do, lambda: [sounds.set_tags(id_, old) for id_, old in before]
        )

    def set_note(self, entry: ClipEntry, note: str) -> None:
        self.set_notes([entry], [note])

    def set_notes(self, entries: Sequence[ClipEntry], notes: Sequence[str]) -> None:
        """Set the notes of these sounds, as one change."""
        sounds = self._library.sounds
        changed = {
            entry: note
            for entry, note in zip(entries, notes, strict=True)
            if entry.id and note.strip() != entry.note
        }
        self._change(
            self.tr("note"),
            list(changed),
            lambda: [sounds.set_note(entry.id, note) for entry, note in changed.items()],
            lambda: [sounds.set_note(entry.id, entry.note) for entry in changed],
        )

    def trash(self, entries: Sequence[ClipEntry]) -> None:
        """Move clips to the trash; no file is deleted for thirty days."""
        ids = [entry.id for entry in entries]
        sounds = self._library.sounds
        self._change(
            self.tr("delete"), entries, lambda: sounds.trash(ids), lambda: sounds.restore(ids)
        )
        if ids:
            self.noticed.emit(
                count_text(
                    len(ids),
                    self.tr(
                        "The sound was moved to the trash and stays there for 30 days. "
                        "Press Ctrl+Z to restore it."
                    ),
                    self.tr(
                        "{0} sounds were moved to the trash and stay there for 30 "
                        "days. Press Ctrl+Z to restore them."
                    ),
                )
            )

    def put_away(self, candidates: Sequence[ClipEntry]) -> None:
        """Move made sounds to the trash; other sounds, such as the user's own files, only leave the
        list of candidates."""
        made = [entry for entry in candidates if entry.id and entry.checkpoint_title]
        others = [entry for entry in candidates if entry not in made]
        if not others:
            self.trash(made)
            return
        ids, paths = [entry.id for entry in made], tuple(entry.path for entry in others)
        sounds = self._library.sounds

        def do() -> None:
            sounds.trash(ids)
            self.put_aside.emit(paths)

        def undo() -> None:
            sounds.restore(ids)
            self.taken_back.emit(paths)

        self._change(self.tr("delete"), candidates, do, undo)
        in_trash = count_text(
            len(ids), self.tr("One sound is in the trash."), self.tr("{0} sounds are in the trash.")
        )
        aside = count_text(
            len(others),
            self.tr(
                "The sound was removed from the candidates; its file stays. Press "
                "Ctrl+Z to restore it."
            ),
            self.tr(
                "{0} sounds were removed from the candidates; their files stay. Press "
                "Ctrl+Z to restore them."
            ),
        )
        self.noticed.emit(f"{in_trash} {aside}" if ids else aside)

    def restore(self, entries: Sequence[ClipEntry]) -> None:
        """Take clips out of the trash."""
        ids = [entry.id for entry in entries]
        sounds = self._library.sounds
        self._change(
            self.tr("restore"), entries, lambda: sounds.restore(ids), lambda: sounds.trash(ids)
        )

    def empty_trash(self) -> None:
        """Delete the sounds in the trash; this is the only change that cannot be undone."""
        self.undo_stack.clear()
        self._tasks.run(
            partial(self._library.sounds.empty_trash, 0.0), self._on_emptied, self.failed.emit
        )

    def relocate(self, source: Path, target: Path) -> None:
        """Move all clips of one folder into another, in the background."""

        def move() -> int:
            folder_id = self._library.folders.add(source, FolderKind.MADE)
            return self._library.folders.relocate(folder_id, target)

        def on_moved(count: int) -> None:
            self._on_moved(target, count)
            self.relocated.emit(target)

        self._tasks.run(move, on_moved, self.failed.emit)

    def relink(self, lost: Path, found: Path) -> None:
        """Tell the library where an unreachable folder lies now."""

        def link() -> int:
            for folder in self._library.folders.all():
                if folder.path == lost:
                    self._library.folders.relink(folder.id, found)
                    return folder.sounds
            return 0

        self._tasks.run(link, partial(self._on_moved, found), self.failed.emit)

    def lost_folders(self) -> list[Path]:
        """The folders of the library that cannot be reached."""
        return self._library.folders.lost()

    def _read(self) -> list[ClipEntry]:
        return self._library.sounds.entries(FolderKind.MADE)

    def _follow_folders(self, output_folder: Path) -> bool:
        """Adopt what lies in the folders; True if the library has changed."""
        library = self._library
        connection = library.database.connection()
        before = connection.total_changes
        library.folders.add(output_folder, FolderKind.MADE)
        for folder in library.folders.all():
            if folder.kind is FolderKind.MADE:
                library.adoption.adopt_clips(folder.id)
        library.adoption.adopt_takes(library.folders.add(self._takes_folder, FolderKind.TAKES))
        library.sounds.empty_trash()
        return connection.total_changes != before

    def _on_followed(self, has_changed: bool) -> None:
        if has_changed:
            self.reload()
        self._describe_next()

    def _describe_next(self) -> None:
        self._tasks.run(self._describe, self._on_described, self.failed.emit)

    def _describe(self) -> list[ClipEntry]:
        ids = self._library.adoption.undescribed(DESCRIBED_AT_ONCE)
        self._library.adoption.describe(ids)
        if not ids:
            self._library.database.back_up()
        return self._library.sounds.entries_of(ids)

    def _on_described(self, entries: list[ClipEntry]) -> None:
        if entries:
            self.updated.emit(entries)
            self._describe_next()

    def _on_emptied(self, count: int) -> None:
        self.noticed.emit(
            count_text(count, self.tr("One sound deleted."), self.tr("{0} sounds deleted."))
        )

    def _on_moved(self, place: Path, count: int) -> None:
        sounds = count_text(count, self.tr("One sound is"), self.tr("{0} sounds are"))
        self.noticed.emit(self.tr("{0} in {1} now.").format(sounds, place))
        self.reload()

    def _change(
        self,
        text: str,
        entries: Sequence[ClipEntry],
        do: Callable[[], object],
        undo: Callable[[], object],
    ) -> None:
        if entries:
            first = self.tr("“{0}”").format(entries[0].title)
            what = count_text(len(entries), first, self.tr("{0} sounds"))
            ids = [entry.id for entry in entries if entry.id]
            whole = self.tr("{0} {1}").format(text, what)
            self.undo_stack.push(_Change(self, text, whole, ids, do, undo))

    def apply(self, ids: Sequence[int], change: Callable[[], object]) -> bool:
        """Change the library and announce the new state of these sounds; False if that failed."""
        try:
            change()
            shown = self._library.sounds.entries_of(ids)
        except StudioError as error:
            self.failed.emit(error)
            return False
        gone = set(ids) - {entry.id for entry in shown}
        if gone:
            self.removed.emit(sorted(gone))
        self.updated.emit(shown)
        return True

    def tell_undone(self, text: str, is_undo: bool) -> None:
        """Announce which change was undone, so that no change is undone unseen."""
        message = self.tr("Undone: {0}.") if is_undo else self.tr("Redone: {0}.")
        self.noticed.emit(message.format(text))
        self.undone.emit()


def _do_nothing(nothing: None) -> None:
    """Takes are shown over the imitation, by the list of takes."""


class _Change(QUndoCommand):
    """One change by the user, done and undone by two functions. whole: its text with the sounds."""

    def __init__(
        self,
        controller: HistoryController,
        text: str,
        whole: str,
        ids: Sequence[int],
        do: Callable[[], object],
        undo: Callable[[], object],
    ) -> None:
        super().__init__(text)
        self._controller = controller
        self._text = whole
        self._was_done = False
        self._ids = tuple(ids)
        self._do = do
        self._undo = undo

    def redo(self) -> None:
        """Do the change. Qt calls this also for the first time, when the change is made."""
        has_changed = self._controller.apply(self._ids, self._do)
        if has_changed and self._was_done:
            self._controller.tell_undone(self._text, is_undo=False)
        self._was_done = True

    def undo(self) -> None:
        if self._controller.apply(self._ids, self._undo):
            self._controller.tell_undone(self._text, is_undo=True)
