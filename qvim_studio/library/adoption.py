"""Adds files to the library: new results, and files that lie in its folders.

The files are the truth: a clip that was written when the program died, or by the command line, is
found by its recipe the next time.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import read_sound_header
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.recipe_form import match_of
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.plain_text import is_text, one_line
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.database import Database
from qvim_studio.library.recipes import (
    PROVENANCE_NAME,
    Recipe,
    key_of,
    parse_recipe,
    read_recipe_beside,
    title_of,
)
from qvim_studio.library.sound_facts import SoundFacts, read_sound, unpack_peaks
from qvim_studio.library.words import pack_words, refresh_words

log = logging.getLogger(__name__)

BATCH = 200  # files in one transaction
Stamp = tuple[int, int]  # size in bytes and modification time in ns: changed when either does
ReadInside = Callable[[Path], Mapping[str, Any] | None]  # the recipe that a file itself holds


@dataclass(frozen=True)
class FolderChanges:
    """The changes in a folder since the last look, by relative names.

    nameless: readable forms of names that no database takes (not UTF-8); these files are skipped.
    """

    new: Mapping[str, Stamp]
    changed: Mapping[str, Stamp]
    vanished: tuple[str, ...]
    nameless: tuple[str, ...] = ()


class Adoption:
    """Adds files to the library. Safe to use from any thread."""

    def __init__(self, database: Database, read_inside: ReadInside) -> None:
        """read_inside: for clips whose recipes are gone from beside them; may raise
        AudioFileError."""
        self._database = database
        self._read_inside = read_inside

    def add_result(
        self, folder_id: int, paths: Sequence[Path], imitation_path: Path | None = None
    ) -> list[int]:
        """Add newly written clips with thumbnails; return their ids, in order."""
        ids = self._add_clips(folder_id, paths, imitation_path)
        self.describe(ids)
        return ids

    def adopt_clips(self, folder_id: int) -> int:
        """Add every unknown clip of a folder that has a recipe of the studio; return their number.

        Reads recipes and headers only; see ``undescribed`` for the rest.
        """
        changes = self._follow(folder_id, self._flat_files(folder_id))
        self._forget_facts(folder_id, changes.changed)
        folder = self._folder(folder_id)
        names = sorted(changes.new)
        count = 0
        for start in range(0, len(names), BATCH):
            paths = [folder / name for name in names[start : start + BATCH]]
            count += len(self._add_clips(folder_id, paths, None))
        return count

    def adopt_takes(self, folder_id: int) -> list[int]:
        """Add every unknown recording in a folder."""
        changes = self._follow(folder_id, self._flat_files(folder_id))
        self._forget_facts(folder_id, changes.changed)
        return self._add_takes(folder_id, changes.new)

    def adopt_take(self, folder_id: int, name: str) -> list[int]:
        """Add a recording that is just finished; others beside it may still be growing."""
        stamp = _stamp(self._folder(folder_id) / name)
        return [] if stamp is None else self._add_takes(folder_id, {name: stamp})

    def _add_takes(self, folder_id: int, files: Mapping[str, Stamp]) -> list[int]:
        with self._database.writing() as connection:
            ids = [
                _insert_file(connection, folder_id, name, stamp)
                for name, stamp in sorted(files.items())
            ]
            refresh_words(connection, ids)
        self.describe(ids)
        return ids

    def find_changes(self, folder_id: int) -> FolderChanges:
        """Look for changes in a folder of the user's own sounds; missing sounds are hidden at once.

        A folder that cannot be reached changes nothing.
        """
        if not self._folder(folder_id).is_dir():
            return self._follow(folder_id, None)
        found, nameless = self._deep_files(folder_id)
        return replace(self._follow(folder_id, found), nameless=nameless)

    def record(
        self,
        folder_id: int,
        name: str,
        stamp: Stamp,
        facts: SoundFacts | None,
        problem: str,
        words: Sequence[SoundWord] = (),
    ) -> int:
        """Store what was read and heard of a sound; ``problem`` says why it could not be used.

        A file that was moved or renamed inside its folder keeps its stars, tags and notes.
        """
        with self._database.writing() as connection:
            if facts is not None:
                connection.execute(
                    "UPDATE sounds SET name = ? WHERE id = (SELECT id FROM sounds WHERE "
                    "folder_id = ? AND is_missing AND content_hash = ? LIMIT 1) AND NOT EXISTS "
                    "(SELECT 1 FROM sounds WHERE folder_id = ? AND name = ?)",
                    (name, folder_id, facts.content_hash, folder_id, name),
                )
            id_ = _insert_file(connection, folder_id, name, stamp)
            connection.execute("UPDATE sounds SET problem = ? WHERE id = ?", (problem, id_))
            if facts is not None:
                _store_facts(connection, id_, facts)
                connection.execute(
                    "UPDATE sounds SET heard = ? WHERE id = ?", (pack_words(words), id_)
                )
            refresh_words(connection, [id_])
        return id_

    def unheard(self, folder_id: int) -> dict[str, Stamp]:
        """The names and stamps of a folder's usable sounds that no tagger has listened to."""
        rows = self._database.connection().execute(
            "SELECT name, size, modified_ns FROM sounds WHERE folder_id = ? AND heard IS NULL "
            "AND NOT is_missing AND problem = '' ORDER BY id", (folder_id,),
        )  # fmt: skip
        return {name: (size, modified_ns) for name, size, modified_ns in rows}

    def undescribed(self, limit: int) -> list[int]:
        """The clips and takes whose audio has not been read since it changed, newest first."""
        rows = self._database.connection().execute(
            "SELECT s.id FROM sounds s JOIN folders f ON f.id = s.folder_id "
            "WHERE s.content_hash IS NULL AND s.problem = '' AND NOT s.is_missing "
            "AND f.kind IN ('made', 'takes') ORDER BY s.created_s DESC LIMIT ?", (limit,),
        )  # fmt: skip
        return [id_ for (id_,) in rows]

    def describe(self, ids: Sequence[int]) -> None:
        """Read the thumbnails and hashes of sounds; unreadable sounds get the hash ''."""
        read: list[tuple[int, SoundFacts | None]] = []
        for id_ in ids:
            folder, name = self._database.connection().execute(
                "SELECT f.path, s.name FROM sounds s JOIN folders f ON f.id = s.folder_id "
                "WHERE s.id = ?", (id_,),
            ).fetchone()  # fmt: skip
            try:
                read.append((id_, read_sound(Path(folder) / name)[0]))
            except AudioFileError as error:
                log.info("no thumbnail: %s", error)
                read.append((id_, None))
        with self._database.writing() as connection:
            for id_, facts in read:
                if facts is None:
                    # a clip stays in the history: playing it will say what is wrong with it
                    connection.execute("UPDATE sounds SET content_hash = '' WHERE id = ?", (id_,))
                else:
                    _store_facts(connection, id_, facts)

    def _add_clips(
        self, folder_id: int, paths: Sequence[Path], imitation_path: Path | None
    ) -> list[int]:
        found = [(path, self._recipe_of(path), _stamp(path)) for path in paths]
        ids: list[int] = []
        with self._database.writing() as connection:
            for path, recipe, stamp in found:
                if recipe is None or stamp is None:
                    continue
                request_id = _insert_request(connection, folder_id, path, recipe, imitation_path)
                # its name alone: the library may know the folder by another path
                id_ = _insert_file(connection, folder_id, path.name, stamp)
                connection.execute(
                    "UPDATE sounds SET request_id = ?, seed = ?, similarity = ?, details = ?, "
                    "duration_s = ?, created_s = ? WHERE id = ?",
                    (request_id, recipe.seed, recipe.similarity, _details_of(recipe),
                     _duration_s(path), recipe.created_s, id_),
                )  # fmt: skip
                ids.append(id_)
            refresh_words(connection, ids)
        return ids

    def _recipe_of(self, path: Path) -> Recipe | None:
        """The recipe beside a clip, or the one inside it if the studio wrote none beside it."""
        recipe = read_recipe_beside(path) if path.with_suffix(".json").is_file() else None
        if recipe is not None:
            return recipe
        try:
            inside = self._read_inside(path)
        except AudioFileError as error:
            log.info("%s is passed over in the history: %s", path, error)
            return None
        return None if inside is None else parse_recipe(inside, path)

    def _forget_facts(self, folder_id: int, changed: Mapping[str, Stamp]) -> None:
        """Let clips and takes whose files changed be read again, above all those that could not."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE sounds SET size = ?, modified_ns = ?, content_hash = NULL "
                "WHERE folder_id = ? AND name = ?",
                [(*stamp, folder_id, name) for name, stamp in changed.items()],
            )

    def _folder(self, folder_id: int) -> Path:
        row = self._database.connection().execute(
            "SELECT path FROM folders WHERE id = ?", (folder_id,)
        )
        return Path(row.fetchone()[0])

    def _follow(self, folder_id: int, found: Mapping[str, Stamp] | None) -> FolderChanges:
        """Compare files with rows; note what vanished and what came back.

        found: None for a folder that cannot be reached, which says nothing about its files.
        """
        if found is None:
            return FolderChanges({}, {}, ())
        known: dict[str, tuple[int, Stamp, bool]] = {
            name: (id_, (size, modified_ns), bool(is_missing))
            for id_, name, size, modified_ns, is_missing in self._database.connection().execute(
                "SELECT id, name, size, modified_ns, is_missing FROM sounds WHERE folder_id = ?",
                (folder_id,),
            )
        }
        vanished = [n for n, (_, _, missing) in known.items() if n not in found and not missing]
        returned = [n for n, (_, _, missing) in known.items() if n in found and missing]
        if vanished or returned:
            with self._database.writing() as connection:
                for names, is_missing in ((vanished, 1), (returned, 0)):
                    connection.executemany(
                        "UPDATE sounds SET is_missing = ? WHERE id = ?",
                        [(is_missing, known[name][0]) for name in names],
                    )
        return FolderChanges(
            new={name: stamp for name, stamp in found.items() if name not in known},
            changed={n: stamp for n, stamp in found.items() if n in known and known[n][1] != stamp},
            vanished=tuple(vanished),
        )

    def _flat_files(self, folder_id: int) -> dict[str, Stamp] | None:
        """WAVs of a folder without its subfolders, by name; None where it cannot be reached."""
        folder = self._folder(folder_id)
        try:
            names = [entry.name for entry in os.scandir(folder)]
        except OSError as error:
            log.info("The folder %s cannot be read: %s", folder, error)
            return None
        wanted = (n for n in names if n.lower().endswith(".wav") and not n.startswith("."))
        stamps = {name: _stamp(folder / name) for name in wanted}
        return {name: stamp for name, stamp in stamps.items() if stamp is not None}

    def _deep_files(self, folder_id: int) -> tuple[dict[str, Stamp], tuple[str, ...]]:
        """Audio files anywhere below a folder, but not those of other folders of the library; and
        the names of those whose names are no text."""
        folder = self._folder(folder_id)
        others = {
            path
            for (path,) in self._database.connection().execute(
                "SELECT path FROM folders WHERE id != ?", (folder_id,)
            )
        }
        found: dict[str, Stamp] = {}
        nameless: list[str] = []
        for path in _walk(folder, others):
            if not is_text(str(path)):
                nameless.append(one_line(path.name))
            stamp = _stamp(path)
            if stamp is not None:
                found[path.relative_to(folder).as_posix()] = stamp
        return found, tuple(nameless)


def _details_of(recipe: Recipe) -> str:
    """With the provenance of its own: the sounds of one request may have several."""
    return json.dumps({**recipe.details, PROVENANCE_NAME: dict(recipe.provenance)})


def look_into_no_file(path: Path) -> None:
    """Read nothing: for a library that knows only the recipes beside its clips."""


def read_entry(path: Path) -> ClipEntry:
    """The entry for lists of a clip that is not in the library. Raises AudioFileError."""
    facts, _ = read_sound(path)
    recipe = read_recipe_beside(path)
    return ClipEntry(
        path=path,
        group=str(path.parent),
        title=path.stem if recipe is None else title_of(recipe, path),
        created_s=path.stat().st_mtime,
        duration_s=facts.duration_s,
        match=None if recipe is None else match_of(recipe.details),
        seed=0 if recipe is None else recipe.seed,
        checkpoint_title="" if recipe is None else recipe.provenance.get("checkpoint_title", ""),
        licence="" if recipe is None else recipe.provenance.get("licence", ""),
        peaks=unpack_peaks(facts.peaks),
        is_fitted=recipe is not None and recipe.is_fitted,
    )


def _walk(folder: Path, others: set[str]) -> Iterator[Path]:
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(".") and str(Path(place, name)) not in others
        )
        for path in (Path(place, name) for name in sorted(names)):
            if not path.name.startswith(".") and path.suffix.lower() in SOUND_SUFFIXES:
                yield path


def _stamp(path: Path) -> Stamp | None:
    """Size and time of a file; None, which is logged, for files that the library cannot keep."""
    if not is_text(str(path)):  # no SQLite takes it
        log.info("not in the library: %r (its name is no text)", str(path))
        return None
    try:
        status = path.stat()
    except OSError as error:  # a dangling link, a folder that may not be entered
        log.info("not in the library: %s (%s)", path, error.strerror)
        return None
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _insert_file(connection: sqlite3.Connection, folder_id: int, name: str, stamp: Stamp) -> int:
    """The row of a file, new or brought up to date."""
    size, modified_ns = stamp
    return connection.execute(
        "INSERT INTO sounds (folder_id, name, created_s, size, modified_ns) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (folder_id, name) DO UPDATE SET size = excluded.size, "
        "modified_ns = excluded.modified_ns, is_missing = 0 RETURNING id",
        (folder_id, name, modified_ns / 1e9, size, modified_ns),
    ).fetchone()[0]


def _insert_request(
    connection: sqlite3.Connection,
    folder_id: int,
    path: Path,
    recipe: Recipe,
    imitation_path: Path | None,
) -> int:
    key = key_of(recipe, path, folder_id)
    take = "" if imitation_path is None else str(imitation_path)
    connection.execute(
        "INSERT OR IGNORE INTO requests (key, recipe, provenance, title, imitation_path, "
        "created_s) VALUES (?, ?, ?, ?, ?, ?)",
        (key, json.dumps(recipe.request), json.dumps(recipe.provenance), title_of(recipe, path),
         take if is_text(take) else "", recipe.created_s),
    )  # fmt: skip
    return connection.execute("SELECT id FROM requests WHERE key = ?", (key,)).fetchone()[0]


def _store_facts(connection: sqlite3.Connection, id_: int, facts: SoundFacts) -> None:
    connection.execute(
        "UPDATE sounds SET duration_s = ?, sample_rate = ?, channels = ?, content_hash = ?, "
        "peaks = ? WHERE id = ?",
        (facts.duration_s, facts.sample_rate, facts.channels, facts.content_hash, facts.peaks, id_),
    )


def _duration_s(path: Path) -> float:
    try:
        header = read_sound_header(path)
    except AudioFileError:
        return 0.0
    return (header.frames or 0) / header.sample_rate
