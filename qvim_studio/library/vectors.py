"""Stores embeddings on disk as one float32 matrix, and finds the exact nearest ones.

100,000 rows of 960 values take 34 ms to compare on two cores as a memory map; anything cleverer is
slower to build and forgets neighbors.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qvim_studio.core.errors import OutputError
from qvim_studio.library.database import Database

log = logging.getLogger(__name__)

_VALUE_BYTES = 4


class Vectors:
    """The unit vectors of sounds by id; each encoder has a matrix file beside the library.

    Rows are written and synced before the library knows of them, so a crash leaves at worst a row
    that nobody refers to and that is used again. Safe to use from any thread.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._loaded: tuple[str, int, np.ndarray] | None = None  # encoder, counter, sound ids

    def add(self, encoder_id: str, ids: Sequence[int], embeddings: Sequence[np.ndarray]) -> None:
        """Store one embedding (dim,) per sound; it replaces an older one.

        Raises OutputError on a full disk.
        """
        rows = np.array(embeddings, dtype="<f4")
        with self._lock, self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM embeddings WHERE sound_id = ?", [(id_,) for id_ in ids]
            )
            places = _free_rows(connection, encoder_id, len(ids))
            self._write(encoder_id, places, rows)
            connection.executemany(
                "INSERT INTO embeddings (encoder_id, row, sound_id) VALUES (?, ?, ?)",
                [(encoder_id, place, id_) for place, id_ in zip(places, ids, strict=True)],
            )

    def missing(self, encoder_id: str, folder_id: int) -> dict[str, tuple[int, int]]:
        """The names and stamps of a folder's usable sounds without an embedding of this encoder,
        including those whose embeddings a damaged file has lost."""
        with self._lock:
            self._forget_lost(encoder_id, len(self._matrix(encoder_id)))
        rows = self._database.connection().execute(
            "SELECT name, size, modified_ns FROM sounds WHERE folder_id = ? AND NOT is_missing "
            "AND problem = '' AND id NOT IN (SELECT sound_id FROM embeddings "
            "WHERE encoder_id = ?) ORDER BY id", (folder_id, encoder_id),
        )  # fmt: skip
        return {name: (size, modified_ns) for name, size, modified_ns in rows}

    def of_sound(self, sound_id: int) -> tuple[str, np.ndarray] | None:
        """The encoder and the embedding of a sound; None if it has none yet."""
        row = self._database.connection().execute(
            "SELECT encoder_id, row FROM embeddings WHERE sound_id = ?", (sound_id,)
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        encoder_id, place = row
        matrix = self._matrix(encoder_id)
        return None if place >= len(matrix) else (encoder_id, np.array(matrix[place]))

    def nearest(self, encoder_id: str, embedding: np.ndarray, top: int) -> list[tuple[int, float]]:
        """The sound ids with their cosine to ``embedding`` (dim,), most similar first.

        What a damaged file has lost is forgotten, so that it is embedded again at the next look.
        """
        with self._lock:
            matrix = self._matrix(encoder_id)
            if matrix.shape[1:] != embedding.shape:
                matrix = matrix[:0]
            self._forget_lost(encoder_id, len(matrix))
            ids = self._sound_ids(encoder_id)
            matrix = matrix[: len(ids)]
        if not len(ids):
            return []
        similarity = matrix @ embedding.astype(np.float32)
        similarity[(ids == 0) | ~np.isfinite(similarity)] = -np.inf
        top = min(top, len(ids))
        best = np.argpartition(-similarity, top - 1)[:top]
        best = best[np.argsort(-similarity[best], kind="stable")]
        return [(int(ids[i]), float(similarity[i])) for i in best if np.isfinite(similarity[i])]

    def _forget_lost(self, encoder_id: str, count: int) -> None:
        """Forget embeddings whose rows lie behind the ``count`` that the file has."""
        lost = "FROM embeddings WHERE encoder_id = ? AND row >= ?"
        values = (encoder_id, count)
        found = self._database.connection().execute(f"SELECT count(*) {lost}", values).fetchone()[0]
        if found:
            log.warning(
                "The search index %s is damaged: %d sounds are heard again at the next look.",
                self._file(encoder_id), found,
            )  # fmt: skip
            with self._database.writing() as connection:
                connection.execute(f"DELETE {lost}", values)

    def _file(self, encoder_id: str) -> Path:
        return self._database.file.with_name(f"embeddings-{encoder_id}.f32")

    def _dim_file(self, encoder_id: str) -> Path:
        return self._file(encoder_id).with_suffix(".dim")

    def _matrix(self, encoder_id: str) -> np.ndarray:
        """(rows, dim) float32, mapped."""
        try:
            dim = int(self._dim_file(encoder_id).read_text(encoding="utf-8"))
            count = self._file(encoder_id).stat().st_size // (dim * _VALUE_BYTES)
            if count:
                return np.memmap(self._file(encoder_id), "<f4", "r", shape=(count, dim))
        except (OSError, ValueError):
            pass
        return np.zeros((0, 0), np.float32)

    def _write(self, encoder_id: str, places: Sequence[int], rows: np.ndarray) -> None:
        file = self._file(encoder_id)
        try:
            self._dim_file(encoder_id).write_text(str(rows.shape[1]), encoding="utf-8")
            file.touch()
            with file.open("r+b") as target:
                for place, row in zip(places, rows, strict=True):
                    target.seek(place * row.nbytes)
                    target.write(row.tobytes())
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            raise OutputError(
                f"The search index {file} cannot be written: {error.strerror}. Make room on the "
                "disk, then index again; what is done so far is kept."
            ) from error

    def _sound_ids(self, encoder_id: str) -> np.ndarray:
        """The sound of each row, 0 where a row is free."""
        connection = self._database.connection()
        (counter,) = connection.execute(
            "SELECT value FROM counters WHERE name = 'embeddings'"
        ).fetchone()
        if self._loaded is None or self._loaded[:2] != (encoder_id, counter):
            stored = np.array(
                connection.execute(
                    "SELECT row, sound_id FROM embeddings WHERE encoder_id = ?", (encoder_id,)
                ).fetchall(),
                dtype=np.int64,
            ).reshape(-1, 2)
            ids = np.zeros(stored[:, 0].max(initial=-1) + 1, np.int64)
            ids[stored[:, 0]] = stored[:, 1]
            self._loaded = (encoder_id, counter, ids)
        return self._loaded[2]


def _free_rows(connection: sqlite3.Connection, encoder_id: str, count: int) -> list[int]:
    """Rows that nobody refers to, then those after the last."""
    (used, end) = connection.execute(
        "SELECT count(*), coalesce(max(row) + 1, 0) FROM embeddings WHERE encoder_id = ?",
        (encoder_id,),
    ).fetchone()
    free: list[int] = []
    if used < end:
        taken = {row for (row,) in connection.execute(
            "SELECT row FROM embeddings WHERE encoder_id = ?", (encoder_id,)
        )}  # fmt: skip
        free = [row for row in range(end) if row not in taken][:count]
    return free + list(range(end, end + count - len(free)))
