"""Full-text search in names, words, tags, notes, checkpoints, licences and dates (FTS5).

What the tagger hears is searched, too, and ranks below all that was written (see schema).
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Sequence

from qvim_studio.core.sound_words import SoundWord
from qvim_studio.core.text.everyday_words import kind_of

_WORD = re.compile(r"\w+")
_INSERT = """
INSERT INTO words (rowid, title, text, tags, note, name, checkpoint, licence, day, heard)
SELECT s.id, s.title || ' ' || coalesce(r.title, ''),
  coalesce(json_extract(r.recipe, '$.text'), ''),
  coalesce((SELECT group_concat(tag, ' ') FROM tags t WHERE t.sound_id = s.id), ''),
  s.note, replace(s.name, '_', ' '),
  coalesce(json_extract(coalesce(s.provenance, r.provenance), '$.checkpoint_title'), '') || ' ' ||
  coalesce(json_extract(coalesce(s.provenance, r.provenance), '$.checkpoint'), ''),
  coalesce(json_extract(coalesce(s.provenance, r.provenance), '$.licence'), ''),
  day_words(coalesce(r.created_s, s.created_s)), heard_text(s.heard)
FROM (SELECT *, json_extract(details, '$.provenance') AS provenance FROM sounds) s
LEFT JOIN requests r ON r.id = s.request_id WHERE s.id = ?
"""


def refresh_words(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Index the stored texts of these sounds again, within a transaction."""
    connection.create_function("day_words", 1, day_words)
    connection.create_function("heard_text", 1, _words_text)
    connection.executemany("DELETE FROM words WHERE rowid = ?", [(id_,) for id_ in ids])
    connection.executemany(_INSERT, [(id_,) for id_ in ids])


def day_words(created_s: float) -> str:
    """The words by which a day can be found: "2026-11-21 November"."""
    return time.strftime("%Y-%m-%d %B", time.localtime(created_s))


def pack_words(words: Sequence[SoundWord]) -> str:
    """The heard words in the form in which they are stored."""
    return json.dumps([[one.word, round(one.score, 3)] for one in words])


def unpack_words(packed: str | None) -> tuple[SoundWord, ...]:
    """The stored heard words; none if no tagger has listened yet."""
    pairs = json.loads(packed or "[]")
    return tuple(SoundWord(word, score, kind_of(word)) for word, score in pairs)


def _words_text(packed: str | None) -> str:
    """The text by which a heard sound is found: its words and the kinds that they mean."""
    return " ".join(name for one in unpack_words(packed) for name in {one.word, one.kind})


def match_expression(text: str) -> str | None:
    """The FTS5 expression for sounds with all words of ``text``, each complete or begun.

    None where ``text`` holds no word. "CC-BY" or "2026-11" are two words each.
    """
    words = _WORD.findall(text.replace("_", " "))
    return " ".join(f'"{word}"*' for word in words) or None
