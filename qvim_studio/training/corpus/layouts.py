"""Reads which recordings and imitations there are, in every layout that data comes in.

A folder with a ``manifest.csv``, VimSketch, the AES QVIM DEV set, any table with the columns
``reference,imitation[,label]``, or a plain folder of sounds. No audio is opened here.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.errors import StudioError, UsageError, reason_of
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.file_names import is_file, is_folder

MANIFEST = "manifest.csv"
VIMSKETCH_REFERENCES = "reference_file_names.csv"
VIMSKETCH_IMITATIONS = "vocal_imitation_file_names.csv"
AES_TABLE = "DEV Dataset.csv"
AES_COLUMNS = ("Label", "Class", "Items", "Query 1")
PAIRS_COLUMNS = ("reference", "imitation")
DELIMITERS = ",;\t"  # spreadsheets write the second where the comma stands in numbers


@dataclass(frozen=True)
class Recording:
    """A reference before it is read.

    name: how the index calls it. group: what it is a recording of; all of one group are in one
    split. bandwidth_hz: 0 where it is to be measured.
    """

    path: Path
    name: str
    label: str
    source: str
    group: str
    kind: str = "sfx"
    licence: str = "unknown"
    bandwidth_hz: float = 0.0
    commit_allowed: bool = False


@dataclass(frozen=True)
class RecordedTake:
    """A person's imitation. reference: path of the recording that it imitates."""

    path: Path
    reference: Path


@dataclass(frozen=True)
class Listing:
    """Everything that one input names. notes: what was left out and why, one sentence each."""

    layout: str
    recordings: tuple[Recording, ...]
    takes: tuple[RecordedTake, ...] = ()
    notes: tuple[str, ...] = ()


def read_layout(source: Path) -> Listing:
    """What a folder or a table names, in the first layout that fits.

    Raises StudioError if there is nothing, or a table has other columns.
    """
    if is_file(source) and source.suffix.lower() in SOUND_SUFFIXES:
        raise UsageError(
            f"{source} is a single sound, expected a folder with recordings or a table of them. "
            "Give its folder."
        )
    if is_file(source):
        return _pairs(source)
    if not is_folder(source):
        raise StudioError(
            f"There is no folder or table {source}. Give a folder with recordings, or a CSV with "
            "the columns reference, imitation and, if wanted, label."
        )
    readers: tuple[tuple[str, Callable[[Path], Listing]], ...] = (
        (MANIFEST, _manifest),
        (AES_TABLE, _aes_dev),
        (VIMSKETCH_REFERENCES, _vimsketch),
    )
    for name, read in readers:
        # Archives often unpack into a folder of their own.
        for table in (source / name, *sorted(source.glob(f"*/{name}"))):
            if table.is_file():
                return read(table)
    return _folder(source)


def has_pairs(table: Path) -> bool:
    """Whether the table names imitations and what they imitate."""
    try:
        read_rows(table, PAIRS_COLUMNS)
    except StudioError:
        return False
    return True


def _manifest(table: Path) -> Listing:
    rows = read_rows(table, ("path", "label"))
    recordings, others, nameless = [], 0, 0
    for row in rows:
        if not row["path"]:
            nameless += 1
            continue
        if (row.get("split") or "train") != "train" or row.get("kind") == "imitation":
            others += 1
            continue
        source = row.get("source") or table.parent.name
        recordings.append(
            Recording(
                path=table.parent / row["path"],
                name=row["path"],
                label=row["label"],
                source=source,
                group=f"{source}/{row['label']}",
                kind=row.get("kind") or "sfx",
                licence=row.get("licence") or "unknown",
                bandwidth_hz=_number(row.get("rolloff99_hz")),
                commit_allowed=row.get("may_be_committed") == "yes",
            )
        )
    note = (
        f"{others} rows of {table.name} are of another split or imitations without a reference: "
        "they are left for the evaluation."
    )
    notes = (*((note,) if others else ()), *_nameless_note(nameless, table, "path"))
    return Listing("manifest", tuple(recordings), (), notes)


def _vimsketch(table: Path) -> Listing:
    """Imitations and references share the file name after the first underscore."""
    folder = table.parent
    references = {_key(name): name for name in _names(table)}
    recordings, takes = {}, []
    for key, name in references.items():
        label = _readable(re.sub(r"^\d+", "", Path(key).stem))
        path = folder / "references" / name
        recordings[key] = Recording(path, name, label, "VimSketch", f"VimSketch/{key}")
    orphans = 0
    for name in _names(folder / VIMSKETCH_IMITATIONS):
        if (reference := recordings.get(_key(name))) is None:
            orphans += 1
            continue
        takes.append(RecordedTake(folder / "vocal_imitations" / name, reference.path))
    note = f"{orphans} imitations of {VIMSKETCH_IMITATIONS} match no reference's name."
    return Listing(
        "VimSketch", tuple(recordings.values()), tuple(takes), (note,) if orphans else ()
    )


def _aes_dev(table: Path) -> Listing:
    """One row for an item and up to three queries; a title may stand above the header."""
    lines = _lines(table)
    header = next((i for i, line in enumerate(lines) if "Items" in line and "Class" in line), 0)
    recordings: dict[Path, Recording] = {}
    takes = []
    for row in _parsed(lines[header:], table, AES_COLUMNS):
        item, name = row.get("Items"), row.get("Class") or ""
        if not item:
            continue
        path = _with_suffix(table.parent / "Items" / name / item)
        group = f"AES QVIM DEV/{name}/{item}"
        label = _readable(row.get("Label") or name)
        recordings[path] = Recording(path, f"{name}/{path.name}", label, "AES QVIM DEV", group)
        queries = [row[column] for column in row if column and column.startswith("Query")]
        takes += [
            RecordedTake(_with_suffix(table.parent / "Queries" / name / query), path)
            for query in queries
            if query
        ]
    return Listing("AES QVIM DEV", tuple(recordings.values()), tuple(takes))


def _pairs(table: Path) -> Listing:
    """``reference,imitation[,label]``, relative to the table; a row may lack the imitation."""
    recordings: dict[Path, Recording] = {}
    takes, nameless = [], 0
    for row in read_rows(table, PAIRS_COLUMNS):
        name = row["reference"]
        if not name:
            nameless += 1
            continue
        path = table.parent / name
        label = row.get("label") or _readable(Path(name).stem)
        recordings.setdefault(
            path, Recording(path, name, label, table.stem, f"{table.stem}/{name}")
        )
        if row["imitation"]:
            takes.append(RecordedTake(table.parent / row["imitation"], path))
    notes = _nameless_note(nameless, table, "reference")
    return Listing("pairs", tuple(recordings.values()), tuple(takes), notes)


def _nameless_note(count: int, table: Path, column: str) -> tuple[str, ...]:
    return (f"{count} rows of {table.name} are left out: no {column}.",) if count else ()


def _folder(folder: Path) -> Listing:
    """Every sound below the folder; sub-folders are labels, without them the file names."""
    recordings = []
    for path in sorted(_sounds_below(folder)):
        label = _readable(path.stem if path.parent == folder else path.parent.name)
        name = path.relative_to(folder).as_posix()
        recordings.append(Recording(path, name, label, folder.name, f"{folder.name}/{label}"))
    if not recordings:
        raise StudioError(
            f"No training data: {folder} holds neither sounds nor a {MANIFEST}, {AES_TABLE} or "
            f"{VIMSKETCH_REFERENCES}. Give a folder with recordings or a table that names them."
        )
    return Listing("folder", tuple(recordings))


def _sounds_below(folder: Path) -> Iterator[Path]:
    """Sounds of the folder and all folders below it, linked ones too, each folder once; without
    hidden files, which macOS leaves beside every sound on foreign disks."""
    known = set()
    for place, subfolders, names in os.walk(folder, followlinks=True):
        known.add(Path(place).resolve())
        subfolders[:] = [
            name for name in sorted(subfolders) if (Path(place) / name).resolve() not in known
        ]
        for name in names:
            path = Path(place) / name
            if not name.startswith(".") and path.suffix.lower() in SOUND_SUFFIXES:
                yield path


def read_rows(table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Of a table with at least these columns; values are stripped, those left out are empty.

    Raises StudioError if it cannot be read or is empty, UsageError where a column is missing.
    """
    return _parsed(_lines(table), table, columns)


def _parsed(lines: Sequence[str], table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows with stripped values; raises StudioError where a column is missing or all rows are."""
    header = lines[0] if lines else ""
    reader = csv.DictReader(lines, restval="", delimiter=max(DELIMITERS, key=header.count))
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    missing = [name for name in columns if name not in names]
    if missing:
        raise UsageError(
            f"{table} has no column {', '.join(missing)}; it has {', '.join(names) or 'nothing'}. "
            f"Expected at least {', '.join(columns)}."
        )
    try:
        rows = [
            {key: value.strip() for key, value in row.items() if key is not None} for row in reader
        ]
    except csv.Error as error:
        raise StudioError(f"{table} is not a readable CSV ({error}). Export it again.") from error
    if not rows:
        raise StudioError(f"{table} names no recordings, expected one in each row. Fill it.")
    return rows


def _names(table: Path) -> list[str]:
    """File names, one a line, without a header or with one."""
    names = [line.strip().strip('"') for line in _lines(table)]
    return [name for name in names if Path(name).suffix.lower() in SOUND_SUFFIXES]


def _lines(table: Path) -> list[str]:
    """With their ends, for a quoted name may hold one."""
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not text in UTF-8" if isinstance(error, ValueError) else reason_of(error)
        raise StudioError(
            f"The table {table} cannot be read: {why}. Give a CSV file in UTF-8."
        ) from error
    if "\0" in text:
        raise StudioError(
            f"The table {table} cannot be read: it contains NUL bytes. Export it "
            "again as CSV in UTF-8."
        )
    return list(io.StringIO(text, newline=""))


def _key(name: str) -> str:
    return name.partition("_")[2]


def _with_suffix(path: Path) -> Path:
    """The path, with that of the file that is there, else ``.wav``, where the table leaves the
    suffix out."""
    if path.suffix.lower() in SOUND_SUFFIXES:
        return path
    suffixes = sorted(SOUND_SUFFIXES, key=lambda suffix: (suffix != ".wav", suffix))
    names = [path.name + suffix for suffix in (*suffixes, *map(str.upper, suffixes))]
    found = (path.with_name(name) for name in names if is_file(path.with_name(name)))
    return next(found, path.with_name(f"{path.name}.wav"))


def _readable(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
