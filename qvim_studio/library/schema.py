"""Defines the tables of the library, and migrates older files.

``PRAGMA user_version`` holds 1000 x major + minor. A newer minor only adds what older programs may
ignore; a newer major is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

MAJOR, MINOR = 1, 1
VERSION = 1000 * MAJOR + MINOR

# kind of a folder: "made" (generated clips), "takes" (recordings), "sounds" (the user's own)
# sounds.name: relative to the folder, with "/"; title: "" where the user gave none
# sounds.peaks: int8 (columns, 2); NULL, like content_hash, until the file has been read
# sounds.problem: why the file cannot be used; its size and time say when to look again
FIRST_TABLES = """
CREATE TABLE folders (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('made', 'takes', 'sounds')),
  path TEXT NOT NULL UNIQUE
);
CREATE TABLE requests (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  recipe TEXT NOT NULL,
  provenance TEXT NOT NULL,
  title TEXT NOT NULL,
  imitation_path TEXT NOT NULL DEFAULT '',
  created_s REAL NOT NULL
);
CREATE TABLE sounds (
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL REFERENCES folders ON DELETE CASCADE,
  request_id INTEGER REFERENCES requests,
  name TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  created_s REAL NOT NULL,
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  duration_s REAL NOT NULL DEFAULT 0,
  sample_rate INTEGER NOT NULL DEFAULT 0,
  channels INTEGER NOT NULL DEFAULT 0,
  content_hash TEXT,
  peaks BLOB,
  seed INTEGER NOT NULL DEFAULT 0,
  similarity REAL,
  details TEXT NOT NULL DEFAULT '{}',
  is_starred INTEGER NOT NULL DEFAULT 0,
  rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
  note TEXT NOT NULL DEFAULT '',
  problem TEXT NOT NULL DEFAULT '',
  is_missing INTEGER NOT NULL DEFAULT 0,
  trashed_s REAL,
  UNIQUE (folder_id, name)
);
CREATE INDEX sounds_by_request ON sounds (request_id);
CREATE INDEX sounds_by_hash ON sounds (content_hash);
CREATE TABLE tags (
  sound_id INTEGER NOT NULL REFERENCES sounds ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (sound_id, tag)
) WITHOUT ROWID;
CREATE TABLE embeddings (
  encoder_id TEXT NOT NULL,
  row INTEGER NOT NULL,
  sound_id INTEGER NOT NULL UNIQUE REFERENCES sounds ON DELETE CASCADE,
  PRIMARY KEY (encoder_id, row)
) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('embeddings', 0);
CREATE TRIGGER embedding_added AFTER INSERT ON embeddings BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'embeddings';
END;
CREATE TRIGGER embedding_removed AFTER DELETE ON embeddings BEGIN
  UPDATE counters SET value = value + 1 WHERE name = 'embeddings';
END;
CREATE VIRTUAL TABLE words USING fts5 (
  title, text, tags, note, name, checkpoint, licence, day,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
CREATE TRIGGER sound_removed AFTER DELETE ON sounds BEGIN
  DELETE FROM words WHERE rowid = old.id;
END;
"""

# sounds.heard: JSON [[word, score], ...] of what the tagger hears, NULL until it has listened
# What is only heard ranks below what anybody wrote: its column weighs least (bm25).
WORDS_OF_SOUNDS = """
ALTER TABLE sounds ADD COLUMN heard TEXT;
CREATE TABLE kept_words AS
  SELECT rowid AS id, title, text, tags, note, name, checkpoint, licence, day FROM words;
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (
  title, text, tags, note, name, checkpoint, licence, day, heard,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
INSERT INTO words (words, rank) VALUES ('rank', 'bm25(1, 1, 1, 1, 1, 1, 1, 1, 0.02)');
INSERT INTO words (rowid, title, text, tags, note, name, checkpoint, licence, day)
  SELECT id, title, text, tags, note, name, checkpoint, licence, day FROM kept_words;
DROP TABLE kept_words
"""

# what leads from a version of the same or an older major to the one after it
STEPS: Mapping[int, tuple[int, str]] = {0: (1000, FIRST_TABLES), 1000: (VERSION, WORDS_OF_SOUNDS)}
