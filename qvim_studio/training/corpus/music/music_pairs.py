"""Tables of voices and the music that they stand for, and which of them are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.errors import StudioError
from qvim_studio.core.text.file_names import is_file
from qvim_studio.training.corpus.sets.listing import Listing, RecordedTake, Recording
from qvim_studio.training.corpus.sets.tables import number_in, read_rows

PAIR_COLUMNS = ("voice", "music", "words", "group")
PAIRS_TABLE = "pairs.csv"  # in the folder that data pairs writes
HELD_OUT_EVERY = 10  # on average, one group of so many is never trained on


@dataclass(frozen=True)
class MusicPair:
    """A voice and the music that it stands for; both begin together. group: pairs of one group, for
    example of a singer, are held out together."""

    voice: Path
    music: Path
    words: str
    group: str


def read_pairs(table: Path) -> list[MusicPair]:
    """A table with the columns voice, music and, where there are any, words and group.

    File names are relative to the table. Raises StudioError if the table cannot be read, is empty,
    lacks a column or names a file that is not there.
    """
    pairs = []
    for number, row in enumerate(read_rows(table, PAIR_COLUMNS[:2]), start=2):
        paths = [table.parent / row[name] for name in ("voice", "music")]
        absent = next((path for path in paths if not is_file(path)), None)
        if absent is not None:
            raise StudioError(
                f"Line {number} of {table} names {absent}, which is not a file. Give the sound "
                "files of a voice and of its music in the columns voice and music."
            )
        pairs.append(MusicPair(paths[0], paths[1], row.get("words", ""), _group_of_row(row)))
    return pairs


def is_held_out(group: str) -> bool:
    """Whether a group's name holds it out, whatever other groups there are."""
    return hashlib.sha256(group.encode()).digest()[0] % HELD_OUT_EVERY == 0


def held_out_groups(groups: Iterable[str]) -> frozenset[str]:
    """The groups of a table that are never trained on; none where nothing else would be left."""
    known = frozenset(groups)
    held_out = frozenset(filter(is_held_out, known))
    return held_out if held_out < known else frozenset()


def read_music_set(tables: Sequence[Path]) -> Listing:
    """Read the same table for AudioLDM's trainers: the voice imitates the music, the reference.

    Captions are the words of a pair and a sentence of its facts. The groups that ``train music``
    holds out are held out here, too.
    """
    table = tables[0]
    recordings, takes = [], []
    rows = read_rows(table, PAIR_COLUMNS[:2])
    held_out = held_out_groups(map(_group_of_row, rows))
    for row in rows:
        group = _group_of_row(row)
        texts = (row.get("words", ""), sentence_of(row))
        music = table.parent / row["music"]
        recordings.append(
            Recording(
                music,
                row["music"],
                row.get("genre") or "music",
                table.parent.name,
                f"{table.parent.name}/{group}",
                kind="music",
                captions=tuple(dict.fromkeys(filter(None, texts))),
                author=row.get("artist", ""),
                split="test" if group in held_out else "train",
            )
        )
        takes.append(RecordedTake(table.parent / row["voice"], music))
    return Listing("music pairs", tuple(recordings), tuple(takes))


def _group_of_row(row: dict[str, str]) -> str:
    """A row without a group is a group of its own."""
    return row.get("group") or row["voice"]


def sentence_of(facts: dict[str, str]) -> str:
    """ "calm pop music at 98 bpm in F# minor", of the known facts; empty without any."""
    kind = " ".join(filter(None, (facts.get("mood"), facts.get("genre"))))
    bpm, key = number_in(facts.get("bpm")), facts.get("key", "")
    tempo = f"at {bpm:.0f} bpm" if bpm > 0 else ""
    parts = [f"{kind} music".strip(), tempo, f"in {key}" if key else ""]
    return " ".join(filter(None, parts)) if kind or tempo or key else ""
