"""Keeps the folders of the library: adds them, moves them and finds them again."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from qvim_studio.audio.files.reading import check_output_folder, write_atomically
from qvim_studio.core.errors import UsageError
from qvim_studio.core.text.plain_text import is_text, one_line
from qvim_studio.library.database import Database


class FolderKind(str, Enum):
    """What a folder holds.

    MADE: generated clips with recipes. TAKES: recordings. SOUNDS: the user's own sounds.
    """

    MADE = "made"
    TAKES = "takes"
    SOUNDS = "sounds"


@dataclass(frozen=True)
class LibraryFolder:
    """A folder of the library. sounds: how many are shown."""

    id: int
    kind: FolderKind
    path: Path
    sounds: int

    @property
    def is_there(self) -> bool:
        return self.path.is_dir()


class Folders:
    """The folders of the library.

    Sounds are stored by their place inside a folder, so that a folder can move as a whole.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[LibraryFolder]:
        rows = self._database.connection().execute(
            "SELECT f.id, f.kind, f.path, (SELECT count(*) FROM sounds s WHERE s.folder_id = f.id "
            "AND NOT s.is_missing AND s.trashed_s IS NULL AND s.problem = '') "
            "FROM folders f ORDER BY f.id"
        )
        return [LibraryFolder(id_, FolderKind(k), Path(path), n) for id_, k, path, n in rows]

    def lost(self) -> list[Path]:
        """The folders with known sounds that cannot be reached. Folders of a new library, which are
        made with their first sound, do not count."""
        return [f.path for f in self.all() if not f.is_there and self._names(f.id)]

    def add(self, path: Path, kind: FolderKind) -> int:
        """Add a folder and return its id, which is the same for every path that leads there."""
        place = self._place(path)
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO folders (kind, path) VALUES (?, ?)",
                               (kind.value, place))  # fmt: skip
            id_, stored = connection.execute(
                "SELECT id, kind FROM folders WHERE path = ?", (place,)
            ).fetchone()
        if stored != kind.value:
            raise UsageError(
                f"{path} is already in the library, as the folder of {_WORDS[FolderKind(stored)]}. "
                "Choose another folder."
            )
        return id_

    def forget(self, folder_id: int) -> None:
        """Remove a folder of the user's sounds from the library; no file is touched."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM folders WHERE id = ? AND kind = 'sounds'", (folder_id,))

    def relink(self, folder_id: int, path: Path) -> None:
        """Note where a folder lies now. Raises UsageError if none of its sounds is there."""
        names = self._names(folder_id)
        if names and not any((path / name).is_file() for name in names):
            raise UsageError(
                f"None of the {len(names)} sounds that belong here was found in {path}. "
                f"Choose the folder that holds {names[0]}."
            )
        self._set_path(folder_id, path)

    def relocate(self, folder_id: int, path: Path) -> int:
        """Move a folder's sounds to another place; return how many were moved.

        Everything is copied and synced, then the library looks there, then the old files go: a
        crash at any moment leaves every sound where the library looks for it. Files that do not
        belong to the library stay; the same folder by another path is only noted. Raises
        OutputError, or UsageError for a name that is taken.
        """
        source = next(folder.path for folder in self.all() if folder.id == folder_id)
        check_output_folder(path)
        if is_same_file(path, source):
            self._set_path(folder_id, path)
            return 0
        names = [name for name in self._names(folder_id) if (source / name).is_file()]
        files = [part for name in names for part in _with_recipe(source, name)]
        for name in files:
            _copy(source / name, path / name)
        self._set_path(folder_id, path)
        for name in files:
            if not is_same_file(source / name, path / name):
                (source / name).unlink(missing_ok=True)
        return len(names)

    def _names(self, folder_id: int) -> list[str]:
        rows = self._database.connection().execute(
            "SELECT name FROM sounds WHERE folder_id = ? ORDER BY id", (folder_id,)
        )
        return [name for (name,) in rows]

    def _place(self, path: Path, without: int = 0) -> str:
        """The path by which the library knows a folder, or this one, absolute, for a new folder.

        without: a folder whose own path does not count. Raises UsageError for a path that is no
        text.
        """
        place = str(path.absolute())
        if not is_text(place):
            raise UsageError(
                f"The folder {one_line(path.name)} cannot be in the library, because its path is "
                "no text (not UTF-8). Rename it, then choose it again."
            )
        rows = self._database.connection().execute(
            "SELECT path FROM folders WHERE id != ? ORDER BY path != ?", (without, place)
        )
        return next((known for (known,) in rows.fetchall() if is_same_file(known, place)), place)

    def _set_path(self, folder_id: int, path: Path) -> None:
        place = self._place(path, without=folder_id)
        try:
            with self._database.writing() as connection:
                connection.execute(
                    "DELETE FROM folders WHERE path = ? AND id != ? "
                    "AND NOT EXISTS (SELECT 1 FROM sounds WHERE folder_id = folders.id)",
                    (place, folder_id),
                )  # an empty folder holds nothing to lose
                connection.execute("UPDATE folders SET path = ? WHERE id = ?", (place, folder_id))
        except sqlite3.IntegrityError as error:
            raise UsageError(
                f"{path} is already a folder of the library. Choose another folder."
            ) from error


def is_same_file(one: str | Path, other: str | Path) -> bool:
    """Whether two paths lead to one file or folder, also through links or in another case; False if
    one of them cannot be reached."""
    try:
        return Path(one) == Path(other) or Path(one).samefile(other)
    except OSError:
        return False


_WORDS = {
    FolderKind.MADE: "generated sounds",
    FolderKind.TAKES: "recorded takes",
    FolderKind.SOUNDS: "your own sounds",
}


def _with_recipe(folder: Path, name: str) -> list[str]:
    recipe = Path(name).with_suffix(".json").as_posix()
    return [name, recipe] if (folder / recipe).is_file() else [name]


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        if target.read_bytes() == source.read_bytes():
            return  # an earlier attempt came this far
        raise UsageError(f"{target} already exists and is another file. Choose an empty folder.")
    write_atomically(target, lambda part: _copy_with_time(source, part))


def _copy_with_time(source: Path, part: Path) -> None:
    shutil.copy2(source, part)
