"""Remembers in SQLite which rows of a list are made: a killed run loses and repeats nothing.

A row is noted as made after its files have reached the disk. What a kill leaves between the two is
made again under the same names. Rows are known by what they ask for (row_request.fingerprint), so a
list may grow, shrink or be sorted between two runs.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.errors import OutputError

JOURNAL_FILE = "render.sqlite"
MANY_ROWS = 10_000  # from so many on, files are spread over subfolders
READ_ROWS = 200  # at a time, of the rows that are waiting
WAITING, DONE, FAILED = "waiting", "done", "failed"
_COLUMNS = "key, take, cells, state, tries, files, seconds, error"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS rows (
    key TEXT PRIMARY KEY,
    position INTEGER,
    take TEXT NOT NULL,
    cells TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT '{WAITING}',
    tries INTEGER NOT NULL DEFAULT 0,
    files TEXT NOT NULL DEFAULT '[]',
    seconds REAL NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS by_position ON rows (position);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class JournalRow:
    """A row of the list and how far it is.

    key: see RowRequest.fingerprint. files: names of the sounds relative to the output folder.
    seconds: that the engine took. error: why the row failed, for people.
    """

    key: str
    take: str
    cells: Mapping[str, str]
    state: str = WAITING
    tries: int = 0
    files: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class RowCounts:
    """How many rows of the list are in which state."""

    waiting: int
    done: int
    failed: int


class RenderJournal:
    """The rows of the present list; used by one process at a time."""

    def __init__(
        self, folder: Path, many_rows: int = MANY_ROWS, read_rows: int = READ_ROWS
    ) -> None:
        """many_rows, read_rows: see MANY_ROWS and READ_ROWS.

        Raises OutputError where the journal of the folder cannot be opened.
        """
        self._folder = folder
        self._many_rows, self._read_rows = many_rows, read_rows
        try:
            self._database = sqlite3.connect(folder / JOURNAL_FILE, isolation_level=None)
            self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise _refused(folder, error) from error

    def close(self) -> None:
        self._database.close()

    def plan(self, rows: Iterable[JournalRow]) -> None:
        """Take the rows of the list in their order. Rows that are made stay made while their files
        are there; failed rows are tried again."""
        with self._transaction():
            self._database.execute("UPDATE rows SET position = NULL")
            self._database.executemany(
                "INSERT INTO rows (position, key, take, cells) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET position = excluded.position",
                (
                    (number, row.key, row.take, json.dumps(dict(row.cells)))
                    for number, row in enumerate(rows)
                ),
            )
            lost = [row.key for row in self.rows() if row.state == FAILED or not self._is_kept(row)]
            self._database.executemany(
                f"UPDATE rows SET state = '{WAITING}', tries = 0, error = '', "
                "files = '[]', seconds = 0 WHERE key = ?",
                ((key,) for key in lost),
            )
            (count,) = self._database.execute("SELECT COUNT(position) FROM rows").fetchone()
            self._database.execute(
                "INSERT OR IGNORE INTO facts VALUES ('is_spread', ?)",
                (str(count >= self._many_rows),),
            )

    @property
    def is_spread(self) -> bool:
        """Whether files lie in subfolders, as the first list of this folder decided."""
        found = self._database.execute("SELECT value FROM facts WHERE name = 'is_spread'")
        return found.fetchone() == ("True",)

    def waiting(self) -> Iterator[JournalRow]:
        """The rows that are not made yet, in order; a few are read at a time."""
        last = -1
        while True:
            found = self._database.execute(
                f"SELECT position, {_COLUMNS} FROM rows "
                f"WHERE position > ? AND state = '{WAITING}' ORDER BY position LIMIT ?",
                (last, self._read_rows),
            ).fetchall()
            if not found:
                return
            for position, *columns in found:
                last = position
                yield _row_of(columns)

    def finish(self, key: str, files: Iterable[str], seconds: float, tries: int) -> None:
        """Note a row whose files are on the disk."""
        self._set(key, DONE, tries, json.dumps(list(files)), seconds, "")

    def fail(self, key: str, error: str, tries: int) -> None:
        """Note a row that is given up."""
        self._set(key, FAILED, tries, "[]", 0.0, error)

    def counts(self) -> RowCounts:
        found = self._database.execute(
            "SELECT state, COUNT(*) FROM rows WHERE position IS NOT NULL GROUP BY state"
        )
        counted = dict(found.fetchall())
        return RowCounts(*(counted.get(state, 0) for state in (WAITING, DONE, FAILED)))

    def rows(self, state: str | None = None) -> Iterator[JournalRow]:
        """The rows of the list in order, or those in a state."""
        wanted = "" if state is None else f" AND state = '{state}'"
        found = self._database.execute(
            f"SELECT {_COLUMNS} FROM rows WHERE position IS NOT NULL{wanted} ORDER BY position"
        )
        yield from map(_row_of, found)

    def _is_kept(self, row: JournalRow) -> bool:
        return all((self._folder / name).is_file() for name in row.files)

    def _set(
        self, key: str, state: str, tries: int, files: str, seconds: float, error: str
    ) -> None:
        with self._transaction():
            self._database.execute(
                "UPDATE rows SET state = ?, tries = ?, files = ?, seconds = ?, error = ? "
                "WHERE key = ?",
                (state, tries, files, seconds, error, key),
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, and on the disk afterwards. Raises OutputError for a full disk."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise _refused(self._folder, error) from error


def _row_of(columns: Iterable[object]) -> JournalRow:
    key, take, cells, state, tries, files, seconds, error = columns
    return JournalRow(
        str(key),
        str(take),
        json.loads(str(cells)),
        str(state),
        int(str(tries)),
        tuple(json.loads(str(files))),
        float(str(seconds)),
        str(error),
    )


def _refused(folder: Path, error: sqlite3.Error) -> OutputError:
    return OutputError(
        f"The journal {JOURNAL_FILE} in {folder} cannot be used ({error}). Make room or choose "
        "another folder, then run the same command again."
    )
