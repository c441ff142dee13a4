"""Data sets of imitations: VimSketch, Vocal Imitation Set, AES QVIM and tables of pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.sets.listing import (
    Listing,
    RecordedTake,
    Recording,
    as_words,
    sounds_below,
    with_sound_suffix,
)
from qvim_studio.training.corpus.sets.tables import (
    listed_names,
    parse_rows,
    read_rows,
    table_columns,
    table_lines,
)

VIMSKETCH_REFERENCES = "reference_file_names.csv"
VIMSKETCH_IMITATIONS = "vocal_imitation_file_names.csv"
IMITATION_SET_TABLE = "vocal_imitations.txt"
IMITATION_SET_COLUMNS = ("imitation_filename", "reference_filename", "included")
IMITATION_SET_CREDITS = "original_recordings_license.csv"
IMITATION_SET_LICENCE = "CC-BY-4.0"  # of Zenodo record 1340763
AES_TABLE = "DEV Dataset.csv"
AES_COLUMNS = ("Label", "Class", "Items", "Query 1")
AES_ITEMS, AES_QUERIES = "Items", "Queries"
PAIRS_COLUMNS = ("reference", "imitation")


def read_vimsketch(tables: Sequence[Path]) -> Listing:
    """Imitations and references share the file name after the first underscore."""
    folder = tables[0].parent
    references = {_key(name): name for name in listed_names(tables[0])}
    recordings, takes = {}, []
    for key, name in references.items():
        label = as_words(re.sub(r"^\d+", "", Path(key).stem))
        path = folder / "references" / name
        recordings[key] = Recording(path, name, label, "VimSketch", f"VimSketch/{key}")
    orphans = 0
    for name in listed_names(folder / VIMSKETCH_IMITATIONS):
        if (reference := recordings.get(_key(name))) is None:
            orphans += 1
            continue
        takes.append(RecordedTake(folder / "vocal_imitations" / name, reference.path))
    note = f"{orphans} imitations of {VIMSKETCH_IMITATIONS} match no reference's name."
    return Listing(
        "VimSketch", tuple(recordings.values()), tuple(takes), (note,) if orphans else ()
    )


def read_imitation_set(tables: Sequence[Path]) -> Listing:
    """Vocal Imitation Set 1.1.3: the imitations that its authors included, of 302 references.

    The label is the deepest category of the AudioSet ontology that a row names.
    """
    folder, name = tables[0].parent, "Vocal Imitation Set"
    authors = {}
    if (folder / IMITATION_SET_CREDITS).is_file():
        rows = read_rows(folder / IMITATION_SET_CREDITS, ("filename", "username"))
        authors = {row["filename"]: row["username"] for row in rows}
    recordings: dict[str, Recording] = {}
    takes, excluded = [], 0
    for row in read_rows(tables[0], IMITATION_SET_COLUMNS):
        if row["included"].lower() not in ("true", "1", "yes"):
            excluded += 1
            continue
        reference = row["reference_filename"]
        depths = [row.get(f"category_d{depth}", "") for depth in range(6, 0, -1)]
        label = as_words(next((one for one in depths if one), Path(reference).stem))
        path = folder / "original_recordings" / "reference" / reference
        recordings.setdefault(
            reference,
            Recording(
                path,
                reference,
                label,
                name,
                f"{name}/{reference}",
                licence=IMITATION_SET_LICENCE,
                author=authors.get(reference, ""),
            ),
        )
        take = folder / "vocal_imitations" / "included" / row["imitation_filename"]
        takes.append(RecordedTake(take, path))
    note = f"{excluded} imitations are left out: drafts, practice, or not of their reference."
    return Listing(name, tuple(recordings.values()), tuple(takes), (note,) if excluded else ())


def read_aes(tables: Sequence[Path]) -> Listing:
    """AES QVIM 2025. One row for an item and up to three queries; a title may stand above the
    header. EVAL is for testing only, because figures on it are quoted."""
    table = tables[0]
    is_eval = table.name != AES_TABLE
    name = "AES QVIM EVAL" if is_eval else "AES QVIM DEV"
    lines = table_lines(table)
    header = next((i for i, line in enumerate(lines) if "Items" in line and "Class" in line), 0)
    recordings: dict[Path, Recording] = {}
    takes = []
    for row in parse_rows(lines[header:], table, AES_COLUMNS):
        item, kind = row.get("Items"), row.get("Class") or ""
        if not item:
            continue
        path = with_sound_suffix(table.parent / AES_ITEMS / kind / item)
        recordings[path] = Recording(
            path,
            f"{kind}/{path.name}",
            as_words(row.get("Label") or kind),
            name,
            f"{name}/{kind}/{item}",
            split="test" if is_eval else "",
        )
        queries = [row[column] for column in row if column.startswith("Query")]
        takes += [
            RecordedTake(with_sound_suffix(table.parent / AES_QUERIES / kind / query), path)
            for query in queries
            if query
        ]
    return Listing(name, tuple(recordings.values()), tuple(takes))


def read_aes_folders(tables: Sequence[Path]) -> Listing:
    """The same folders without a table, as the EVAL set was handed out. Which item a query imitates
    is not public, so only the items count, for testing. tables: the queries."""
    root, name = tables[0].parents[2], "AES QVIM EVAL"
    recordings = tuple(
        Recording(
            path,
            f"{path.parent.name}/{path.name}",
            as_words(path.parent.name),
            name,
            f"{name}/{path.parent.name}/{path.stem}",
            split="test",
        )
        for path in sorted(sounds_below(root / AES_ITEMS))
    )
    note = f"{len(tables)} queries are left out: no table says which items they imitate."
    return Listing(name, recordings, (), (note,))


def read_pairs_table(tables: Sequence[Path]) -> Listing:
    """``reference,imitation[,label]``, relative to the table; a row may lack the imitation."""
    table = tables[0]
    recordings: dict[Path, Recording] = {}
    takes, nameless = [], 0
    for row in read_rows(table, PAIRS_COLUMNS):
        name = row["reference"]
        if not name:
            nameless += 1
            continue
        path = table.parent / name
        label = row.get("label") or as_words(Path(name).stem)
        recordings.setdefault(
            path, Recording(path, name, label, table.stem, f"{table.stem}/{name}")
        )
        if row["imitation"]:
            takes.append(RecordedTake(table.parent / row["imitation"], path))
    notes = nameless_note(nameless, table, "reference")
    return Listing("pairs", tuple(recordings.values()), tuple(takes), notes)


def has_pairs(table: Path) -> bool:
    """Whether the table names imitations and what they imitate."""
    if not set(PAIRS_COLUMNS) <= set(table_columns(table)):
        return False
    try:
        read_rows(table, PAIRS_COLUMNS)
    except StudioError:
        return False
    return True


def nameless_note(count: int, table: Path, column: str) -> tuple[str, ...]:
    """A sentence about rows of a table that name no file in a column; none without such rows."""
    return (f"{count} rows of {table.name} are left out: no {column}.",) if count else ()


def _key(name: str) -> str:
    return name.partition("_")[2]
