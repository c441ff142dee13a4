"""Fills libraries of any size for measuring: realistic rows without files."""

from __future__ import annotations

import json
import random
import sqlite3
from pathlib import Path

import numpy as np

from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library
from qvim_studio.library.sound_facts import THUMBNAIL_COLUMNS, pack_peaks
from qvim_studio.library.words import refresh_words

VARIATIONS = 4
DIM = 960
ENCODER = "bench"
_UP_AND_DOWN = np.array([[-1.0, 1.0]])
_FIRST_DAY_S = 1_700_000_000.0
_WORDS = ("dog", "door", "metal", "rain", "creak", "large", "angry", "glass", "wind", "robot")
_PROVENANCE = {
    "checkpoint": "starter",
    "checkpoint_title": "Starter",
    "revision": "1",
    "licence": "Apache-2.0",
    "commercial": "yes",
}


def fill_history(library: Library, clips: int, folder: Path, seed: int = 0) -> None:
    """Add generated clips of a folder that does not exist, so that no file is looked for.

    clips: a multiple of VARIATIONS.
    """
    draw = random.Random(seed)
    numbers = np.random.default_rng(seed)
    folder_id = library.folders.add(folder, FolderKind.MADE)
    with library.database.writing() as connection:
        ids: list[int] = []
        for request_id in range(1, 1 + clips // VARIATIONS):
            text = " ".join(draw.sample(_WORDS, 3))
            created_s = _FIRST_DAY_S + 3600.0 * request_id
            connection.execute(
                "INSERT INTO requests (id, key, recipe, provenance, title, created_s) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (request_id, str(request_id), json.dumps({"text": text}),
                 json.dumps(_PROVENANCE), text, created_s),
            )  # fmt: skip
            for variation in range(VARIATIONS):
                name = f"{text.replace(' ', '_')}-{request_id}_{variation}.wav"
                wave = numbers.uniform(0.05, 1.0, (THUMBNAIL_COLUMNS, 1)) * _UP_AND_DOWN
                values = (request_id, draw.random(), name, pack_peaks(wave))
                ids.append(_insert(connection, folder_id, name, created_s, values))
        refresh_words(connection, ids)


def fill_sounds(library: Library, sounds: int, folder: Path, seed: int = 0) -> np.ndarray:
    """Add sounds of the user's own with random embeddings, and return a further embedding (DIM,)
    for searches."""
    draw = random.Random(seed)
    numbers = np.random.default_rng(seed)
    folder_id = library.folders.add(folder, FolderKind.SOUNDS)
    with library.database.writing() as connection:
        ids: list[int] = []
        for number in range(sounds):
            name = f"{'_'.join(draw.sample(_WORDS, 3))}_{number}.wav"
            values = (None, None, name, None)
            ids.append(_insert(connection, folder_id, name, _FIRST_DAY_S, values))
        refresh_words(connection, ids)
    for start in range(0, sounds, 10_000):
        part = ids[start : start + 10_000]
        vectors = numbers.standard_normal((len(part), DIM), dtype=np.float32)
        library.vectors.add(ENCODER, part, [v / np.linalg.norm(v) for v in vectors])
    wanted = numbers.standard_normal(DIM, dtype=np.float32)
    return wanted / np.linalg.norm(wanted)


def _insert(
    connection: sqlite3.Connection, folder_id: int, name: str, created_s: float, values: tuple
) -> int:
    return connection.execute(
        "INSERT INTO sounds (folder_id, name, created_s, size, modified_ns, duration_s, "
        "request_id, similarity, content_hash, peaks) VALUES (?, ?, ?, 1, 1, 2.0, ?, ?, ?, ?) "
        "RETURNING id",
        (folder_id, name, created_s, *values),
    ).fetchone()[0]
