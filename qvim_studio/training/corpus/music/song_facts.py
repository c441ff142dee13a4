"""Facts about a song: genre, mood, artist, language, tempo and key.

Tables beside the song come first, then its tags; tempo and key are measured where neither has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from qvim_studio.audio.beats import beats_of
from qvim_studio.audio.files.decoders import read_tags
from qvim_studio.audio.musical_key import musical_key_of, parse_key
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.music.songs import Song, artist_of_name
from qvim_studio.training.corpus.sets.listing import as_words
from qvim_studio.training.corpus.sets.tables import number_in, read_object, read_rows

FACT_TABLES = ("metadata.csv", "metadata.json", "songs.csv", "songs.json")
# Tags of ID3, Vorbis comments, MP4 and RIFF for each fact, the first that is there.
TAG_NAMES = {
    "artist": ("artist", "album_artist", "albumartist", "tpe1"),
    "genre": ("genre",),
    "mood": ("mood", "tmoo"),
    "language": ("language", "tlan"),
    "bpm": ("bpm", "tbpm", "tempo", "tmpo"),
    "key": ("initialkey", "initial_key", "tkey", "key"),
}


@dataclass(frozen=True)
class SongFacts:
    """Unknown facts are empty, an unknown tempo is 0. key: "A minor"."""

    artist: str = ""
    genre: str = ""
    mood: str = ""
    language: str = ""
    bpm: float = 0.0
    key: str = ""

    @property
    def words(self) -> str:
        """What a person would ask for to get such music."""
        parts = (self.genre, self.mood, f"{self.bpm:.0f} bpm" if self.bpm else "", self.key)
        return ", ".join(part for part in parts if part)


def read_fact_tables(folders: Sequence[Path]) -> dict[str, SongFacts]:
    """Facts by the words of a song's name, from ``metadata.csv`` (column song, and any of the
    facts) and ``metadata.json`` ({song: {fact: value}}) in the folders. Raises StudioError."""
    found: dict[str, SongFacts] = {}
    for folder in folders:
        for table in (folder / name for name in FACT_TABLES):
            if not table.is_file():
                continue
            if table.suffix == ".csv":
                rows: dict[str, Any] = {row["song"]: row for row in read_rows(table, ("song",))}
            else:
                rows = read_object(table)
            for song, facts in rows.items():
                if not isinstance(facts, dict):
                    raise StudioError(
                        f"{table} says {facts!r} of {song}, expected an object with any of "
                        f"{', '.join(TAG_NAMES)}."
                    )
                found[as_words(Path(song).stem)] = _facts(facts)
    return found


def facts_of(song: Song, tables: dict[str, SongFacts]) -> SongFacts:
    """What tables, the song's own ``.json`` and tags say, in this order; nothing is measured."""
    known = [tables.get(as_words(song.name), SongFacts())]
    for path in dict.fromkeys((*song.files, *filter(None, (song.mix,)))):
        known += [tables.get(as_words(path.stem), SongFacts()), _own_facts(path)]
    known += [_facts(read_tags(path)) for path in song.files]
    known.append(SongFacts(artist=artist_of_name(song.name)))
    return _merged_facts(known)


def with_measured(facts: SongFacts, music: AudioClip) -> SongFacts:
    """The facts with tempo and key of the music where they are unknown."""
    if not facts.bpm and (beats := beats_of(music)) is not None:
        facts = replace(facts, bpm=round(beats.bpm, 1))
    if not facts.key and (key := musical_key_of(music)) is not None:
        facts = replace(facts, key=key.name)
    return facts


def _own_facts(path: Path) -> SongFacts:
    own = path.with_suffix(".json")
    return _facts(read_object(own)) if own.is_file() else SongFacts()


def _facts(tags: dict[str, Any]) -> SongFacts:
    """The facts of a row, an object or tags; values that cannot be read count as absent."""
    named = {name.lower(): str(text).strip() for name, text in tags.items() if text is not None}
    texts = {
        fact: next((named[name] for name in names if named.get(name)), "")
        for fact, names in TAG_NAMES.items()
    }
    key = parse_key(texts["key"])
    bpm = max(number_in(texts["bpm"]), 0.0)
    plain = {name: texts[name] for name in ("artist", "genre", "mood", "language")}
    return SongFacts(**plain, bpm=bpm, key=key.name if key else "")


def _merged_facts(known: Sequence[SongFacts]) -> SongFacts:
    """The first known value of each fact."""
    merged = SongFacts()
    for one in known:
        news = {
            field.name: getattr(one, field.name)
            for field in fields(SongFacts)
            if not getattr(merged, field.name)
        }
        merged = replace(merged, **news)
    return merged
