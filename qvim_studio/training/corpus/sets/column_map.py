"""Reads unknown tables by what ``--map audio=file,label=class`` says about their columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from itertools import islice
from pathlib import Path

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.training.corpus.sets.caption_sets import caption_row
from qvim_studio.training.corpus.sets.imitation_sets import nameless_note
from qvim_studio.training.corpus.sets.listing import Listing, sounds_below, with_sound_suffix
from qvim_studio.training.corpus.sets.tables import read_rows, table_columns

MEANINGS = ("audio", "label", "caption", "group", "licence", "author", "split")
FOLDERS = "folders"  # instead of columns: the names of sub-folders are labels, tables are ignored
ASKED = "--map audio=COLUMN,label=COLUMN"
TRIED_ROWS = 20
NAMED_SHARE = 0.5  # of the tried rows, at least, name a sound of the folder
TABLES = ("*.csv", "*.tsv", "*/*.csv", "*/*.tsv")


def parse_column_map(text: str) -> dict[str, str]:
    """Meaning → column, empty for "folders". Raises UsageError for anything else."""
    if text.strip() == FOLDERS:
        return {}
    columns = {}
    for part in text.split(","):
        meaning, equals, column = (piece.strip() for piece in part.partition("="))
        if meaning not in MEANINGS or not equals or not column:
            raise UsageError(
                f"--map got {part!r}, expected pairs such as audio=file,label=class, whose first "
                f"words are of {', '.join(MEANINGS)}; or the word {FOLDERS}."
            )
        columns[meaning] = column
    if "audio" not in columns:
        raise UsageError(f"--map names no column with the sounds. Add audio=COLUMN to {text!r}.")
    return columns


def read_mapped(source: Path, columns: dict[str, str]) -> Listing:
    """Read a table, or the table of a folder that has these columns, as the map says."""
    table = source if source.is_file() else _table_with(source, columns)
    recordings, nameless = [], 0
    places: dict[str, list[Path]] | None = None
    for row in read_rows(table, tuple(columns.values())):
        named = {meaning: row[column] for meaning, column in columns.items()}
        if not named["audio"]:
            nameless += 1
            continue
        one = caption_row(named, table)
        path = with_sound_suffix(one.path)
        if not path.is_file():  # tables often name the file without its folder
            if places is None:
                places = _sounds_by_name(source if source.is_dir() else table.parent)
            same = places.get(Path(named["audio"]).stem, [])
            path = same[0] if len(same) == 1 else path  # several: which one is meant is unknown
        recordings.append(replace(one, path=path))
    return Listing(
        "mapped",
        tuple(recordings),
        (),
        nameless_note(nameless, table, columns["audio"]),
        has_captions="caption" in columns,
        has_licences="licence" in columns,
    )


def telling_table(folder: Path) -> Path | None:
    """A table of the folder that names its sounds, and so knows more of them than the names of
    their folders."""
    tables = [path for pattern in TABLES for path in sorted(folder.glob(pattern))]
    if not tables:
        return None
    sounds = _sounds_by_name(folder)
    return next((table for table in tables if _names_sounds(table, sounds)), None)


def _names_sounds(table: Path, sounds: Collection[str]) -> bool:
    try:
        rows = list(islice(read_rows(table, ()), TRIED_ROWS))
    except StudioError:
        return False
    return any(
        sum(Path(row[column]).stem in sounds for row in rows if row[column])
        >= NAMED_SHARE * len(rows)
        for column in rows[0]
    )


def _table_with(folder: Path, columns: dict[str, str]) -> Path:
    wanted = set(columns.values())
    tables = [path for pattern in TABLES for path in sorted(folder.glob(pattern))]
    fitting = [table for table in tables if wanted <= set(table_columns(table))]
    if len(fitting) != 1:
        raise UsageError(
            f"{len(fitting)} tables of {folder} have the columns {', '.join(sorted(wanted))}, "
            "expected one. Give the table itself with --map."
        )
    return fitting[0]


def _sounds_by_name(folder: Path) -> dict[str, list[Path]]:
    """Sounds by their names without the ending, which several of them may share."""
    places: dict[str, list[Path]] = defaultdict(list)
    for path in sounds_below(folder):
        places[path.stem].append(path)
    return dict(places)
