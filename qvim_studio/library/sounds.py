"""Lists the sounds of the library, keeps the user's marks, and runs the trash."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Origin
from qvim_studio.core.recipe_form import MATCH_NAMES, match_of
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.database import Database
from qvim_studio.library.folders import FolderKind, is_same_file
from qvim_studio.library.recipes import PROVENANCE_NAME, Recipe
from qvim_studio.library.sound_facts import unpack_all_peaks
from qvim_studio.library.words import refresh_words, unpack_words

log = logging.getLogger(__name__)

TRASH_DAYS = 30
_SHOWN = "s.trashed_s IS NULL AND NOT s.is_missing AND s.problem = ''"
_COLUMNS = (
    "s.id, s.folder_id, s.name, s.request_id, s.title, s.created_s, s.duration_s, "
    "s.seed, s.peaks, s.is_starred, s.rating, s.note, s.heard, "
    "coalesce(json_extract(s.details, '$.origin'), json_extract(s.details, '$.kind')), "
    "json_extract(s.details, '$.provenance'), json_extract(s.details, '$.kind'), "
    "json_extract(s.details, '$.movement'), json_extract(s.details, '$.likelihood'), "
    "json_extract(s.details, '$.compared')"
)


class Sounds:
    """Lists and marks sounds without reading audio. Safe to use from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, *kinds: FolderKind) -> list[ClipEntry]:
        """All shown sounds in folders of these kinds, oldest first."""
        marks = ", ".join("?" * len(kinds))
        where = f"f.kind IN ({marks}) AND {_SHOWN} ORDER BY s.id"
        return self._entries(where, [kind.value for kind in kinds])

    def entries_of(self, ids: Sequence[int]) -> list[ClipEntry]:
        """The shown sounds among these, in the given order."""
        where = f"s.id IN (SELECT value FROM json_each(?)) AND {_SHOWN}"
        found = {entry.id: entry for entry in self._entries(where, [json.dumps(list(ids))])}
        return [found[id_] for id_ in ids if id_ in found]

    def trashed(self) -> list[ClipEntry]:
        """The sounds in the trash, the latest first."""
        return self._entries("s.trashed_s IS NOT NULL ORDER BY s.trashed_s DESC, s.id", [])

    def path_of(self, sound_id: int) -> Path | None:
        row = self._database.connection().execute(
            "SELECT f.path, s.name FROM sounds s JOIN folders f ON f.id = s.folder_id "
            "WHERE s.id = ?", (sound_id,),
        ).fetchone()  # fmt: skip
        return None if row is None else Path(row[0]) / row[1]

    def recipe(self, sound_id: int) -> Recipe | None:
        """The recipe of a clip; None for sounds that were not made here."""
        row = self._database.connection().execute(
            "SELECT r.recipe, r.provenance, s.seed, s.similarity, r.created_s, s.details, "
            "r.imitation_path FROM sounds s JOIN requests r ON r.id = s.request_id WHERE s.id = ?",
            (sound_id,),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        request, provenance, seed, similarity, created_s, details, imitation_path = row
        about = json.loads(details)
        own = about.pop(PROVENANCE_NAME, None) or json.loads(provenance)
        return Recipe(json.loads(request), own, seed, similarity, created_s, about, imitation_path)

    def imitation_path(self, imitation_sha256: str) -> str:
        """The file of the imitation that clips were made from; empty if unknown."""
        row = self._database.connection().execute(
            "SELECT imitation_path FROM requests WHERE imitation_path != '' "
            "AND json_extract(recipe, '$.imitation_sha256') = ? ORDER BY id DESC LIMIT 1",
            (imitation_sha256,),
        ).fetchone()  # fmt: skip
        return "" if row is None else str(row[0])

    def set_starred(self, ids: Sequence[int], is_starred: bool) -> None:  # noqa: FBT001 - sets it
        self._set("is_starred", int(is_starred), ids)

    def rate(self, ids: Sequence[int], rating: int) -> None:
        """Rate sounds. rating: 1..5 stars, 0 for none."""
        if not 0 <= rating <= 5:
            raise UsageError(f"A rating lies between 0 and 5, got {rating}. Choose one of these.")
        self._set("rating", rating, ids)

    def rename(self, sound_id: int, title: str) -> None:
        """Name a sound; its file keeps its name, because a DAW may use it."""
        self._set("title", title.strip(), [sound_id], is_searched=True)

    def set_note(self, sound_id: int, note: str) -> None:
        self._set("note", note.strip(), [sound_id], is_searched=True)

    def set_tags(self, sound_id: int, tags: Iterable[str]) -> None:
        """Replace a sound's tags."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM tags WHERE sound_id = ?", (sound_id,))
            _insert_tags(connection, [sound_id], tags)
            refresh_words(connection, [sound_id])

    def add_tags(self, ids: Sequence[int], tags: Iterable[str]) -> None:
        """Add tags to many sounds."""
        with self._database.writing() as connection:
            _insert_tags(connection, ids, tags)
            refresh_words(connection, ids)

    def tags(self) -> list[str]:
        """Every tag in use, in alphabetical order."""
        rows = self._database.connection().execute(
            "SELECT DISTINCT tag FROM tags ORDER BY tag COLLATE NOCASE"
        )
        return [tag for (tag,) in rows]

    def trash(self, ids: Sequence[int]) -> None:
        """Move sounds to the trash; files stay for TRASH_DAYS, so that DAW sessions find them."""
        self._set("trashed_s", time.time(), ids)

    def restore(self, ids: Sequence[int]) -> None:
        """Take sounds out of the trash, as they were."""
        self._set("trashed_s", None, ids)

    def empty_trash(self, older_than_s: float = TRASH_DAYS * 86400.0) -> int:
        """Delete sounds and files that were in the trash for this long; return how many.

        Files of the user's own folders are never deleted, only forgotten by the library. A file
        that cannot be deleted now (in use, read-only) stays in the trash.
        """
        limit = time.time() - older_than_s
        rows = self._database.connection().execute(
            "SELECT s.id, f.path, s.name FROM sounds s JOIN folders f ON f.id = s.folder_id "
            "WHERE s.trashed_s <= ? AND f.kind != 'sounds'", (limit,),
        ).fetchall()  # fmt: skip
        kept = self._files_without([id_ for id_, _, _ in rows]) if rows else {}
        gone: list[int] = []
        for id_, folder, name in rows:
            path = Path(folder) / name
            if not Path(folder).is_dir():
                continue  # on a disk that is not connected; another time
            if any(is_same_file(path, other) for other in kept.get(path.name.casefold(), ())):
                continue  # a sound that stays has this very file, by another path
            try:
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)
            except OSError as error:
                log.info("%s stays in the trash: %s", path, error.strerror)
                continue
            gone.append(id_)
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM sounds WHERE id = ?", [(id_,) for id_ in gone])
            connection.execute(
                "DELETE FROM requests WHERE id NOT IN "
                "(SELECT request_id FROM sounds WHERE request_id IS NOT NULL)"
            )
        return len(gone)

    def duplicates(self) -> list[list[ClipEntry]]:
        """Groups of sounds with the same content, oldest first in each group."""
        rows = self._database.connection().execute(
            f"SELECT group_concat(s.id) FROM sounds s WHERE s.content_hash != '' "
            f"AND {_SHOWN} GROUP BY s.content_hash HAVING count(*) > 1 ORDER BY min(s.id)"
        )
        groups = [sorted(int(id_) for id_ in ids.split(",")) for (ids,) in rows]
        return [self.entries_of(group) for group in groups]

    def _files_without(self, ids: Sequence[int]) -> dict[str, list[str]]:
        """The files of all sounds but these, by their names in lower case."""
        rows = self._database.connection().execute(
            "SELECT f.path, s.name FROM sounds s JOIN folders f ON f.id = s.folder_id "
            "WHERE s.id NOT IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),),
        )  # fmt: skip
        files: dict[str, list[str]] = {}
        for folder, name in rows:
            files.setdefault(name.rpartition("/")[2].casefold(), []).append(f"{folder}/{name}")
        return files

    def _entries(self, where: str, values: Sequence[object]) -> list[ClipEntry]:
        connection = self._database.connection()
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM sounds s JOIN folders f ON f.id = s.folder_id WHERE {where}",
            values,
        ).fetchall()
        folders = {
            id_: Path(path) for id_, path in connection.execute("SELECT id, path FROM folders")
        }
        requests = {
            id_: (title, created_s, json.loads(provenance))
            for id_, title, created_s, provenance in connection.execute(
                "SELECT id, title, created_s, provenance FROM requests "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list({row[3] for row in rows if row[3] is not None})),),
            )
        }
        tags: dict[int, list[str]] = {}
        for id_, tag in connection.execute(
            "SELECT sound_id, tag FROM tags WHERE sound_id IN (SELECT value FROM json_each(?)) "
            "ORDER BY tag",
            (json.dumps([row[0] for row in rows]),),
        ):
            tags.setdefault(id_, []).append(tag)
        peaks = unpack_all_peaks([row[8] for row in rows])
        return [
            _entry(row, thumbnail, folders, requests, tags)
            for row, thumbnail in zip(rows, peaks, strict=True)
        ]

    def _set(
        self, column: str, value: object, ids: Sequence[int], *, is_searched: bool = False
    ) -> None:
        with self._database.writing() as connection:
            connection.executemany(
                f"UPDATE sounds SET {column} = ? WHERE id = ?", [(value, id_) for id_ in ids]
            )
            if is_searched:
                refresh_words(connection, ids)


def _entry(
    row: tuple,
    thumbnail: np.ndarray | None,
    folders: dict[int, Path],
    requests: dict[int, tuple[str, float, dict[str, str]]],
    tags: dict[int, list[str]],
) -> ClipEntry:
    (id_, folder_id, name, request_id, title, created_s, duration_s, seed, _,
     is_starred, rating, note, words, origin, own_provenance, *match) = row  # fmt: skip
    asked, created_s, provenance = requests.get(request_id, ("", created_s, {}))
    if own_provenance is not None:
        provenance = json.loads(own_provenance)
    return ClipEntry(
        path=folders[folder_id] / name,
        group=f"{folder_id}.{request_id}" if request_id else f"{folder_id}",
        title=title or asked or Path(name).stem,
        asked=asked,
        created_s=created_s,
        duration_s=duration_s,
        match=match_of(dict(zip(MATCH_NAMES, match, strict=True))),
        seed=seed,
        checkpoint_title=provenance.get("checkpoint_title", ""),
        licence=provenance.get("licence", ""),
        commercial=provenance.get("commercial", ""),
        peaks=thumbnail,
        id=id_,
        is_starred=bool(is_starred),
        rating=rating,
        tags=tuple(tags.get(id_, ())),
        note=note,
        words=unpack_words(words),
        is_fitted=origin == Origin.FITTED.value,
    )


def _insert_tags(connection: sqlite3.Connection, ids: Sequence[int], tags: Iterable[str]) -> None:
    words = [tag.strip() for tag in tags if tag.strip()]
    connection.executemany(
        "INSERT OR IGNORE INTO tags (sound_id, tag) VALUES (?, ?)",
        [(id_, word) for id_ in ids for word in words],
    )
