"""Opens the library, which keeps everything recorded, made or imported, and searches it.

An SQLite file knows the sounds; the sounds are plain files in folders of the user's choice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qvim_studio.library.adoption import Adoption, ReadInside, look_into_no_file
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.database import Database, LibraryVersionError
from qvim_studio.library.folders import FolderKind, Folders
from qvim_studio.library.schema import MAJOR
from qvim_studio.library.sounds import Sounds
from qvim_studio.library.vectors import Vectors
from qvim_studio.library.words import match_expression

log = logging.getLogger(__name__)

_SPARE = 64  # additional hits, because some are in the trash or missing


class Library:
    """The library in one file, with its parts. Safe to use from any thread.

    sounds: lists, marks, trash. folders: where sounds lie. adoption: brings files in.
    vectors: embeddings.
    """

    def __init__(self, file: Path, read_inside: ReadInside = look_into_no_file) -> None:
        """read_inside: see Adoption. Raises LibraryVersionError or OutputError."""
        self.database = Database(file)
        self.sounds = Sounds(self.database)
        self.folders = Folders(self.database)
        self.adoption = Adoption(self.database, read_inside)
        self.vectors = Vectors(self.database)

    @property
    def notice(self) -> str:
        """One sentence for the user about the opening of the library, or nothing."""
        return self.database.notice

    def close(self) -> None:
        self.database.close()

    def search(self, text: str) -> set[int] | None:
        """The ids of all sounds with every word of ``text`` (complete or begun) in their name,
        words, tags, note, checkpoint, licence or date; None if ``text`` holds no word."""
        expression = match_expression(text)
        if expression is None:
            return None
        rows = self.database.connection().execute(
            "SELECT rowid FROM words WHERE words MATCH ?", (expression,)
        )
        return {id_ for (id_,) in rows}

    def search_folders(self, text: str, kind: FolderKind, limit: int) -> list[ClipEntry]:
        """The ``limit`` sounds of one kind of folder that fit the words best, best first."""
        expression = match_expression(text)
        if expression is None:
            return []
        rows = self.database.connection().execute(
            "SELECT words.rowid FROM words JOIN sounds s ON s.id = words.rowid "
            "JOIN folders f ON f.id = s.folder_id WHERE words MATCH ? AND f.kind = ? "
            "ORDER BY words.rank LIMIT ?", (expression, kind.value, limit),
        )  # fmt: skip
        return self.sounds.entries_of([id_ for (id_,) in rows])

    def nearest(
        self, encoder_id: str, embedding: np.ndarray, top: int, without: Sequence[int] = ()
    ) -> list[ClipEntry]:
        """The sounds most similar to an embedding, best first."""
        hits = self.vectors.nearest(encoder_id, embedding, top + len(without) + _SPARE)
        return self.sounds.entries_of([id_ for id_, _ in hits if id_ not in without])[:top]


def open_library(file: Path, read_inside: ReadInside = look_into_no_file) -> Library:
    """Open the library; if a newer program wrote the file, open a new one beside it."""
    try:
        return Library(file, read_inside)
    except LibraryVersionError as error:
        library = Library(file.with_name(f"{file.stem}-{MAJOR}{file.suffix}"), read_inside)
        library.database.notice = f"{error} Until then {library.database.file.name} is used."
        return library
