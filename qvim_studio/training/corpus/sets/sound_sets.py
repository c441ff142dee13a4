"""Data sets of labelled sounds: manifests, ESC-50, UrbanSound8K, FSD50K and MTG-Jamendo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from qvim_studio.core.text.file_names import is_file
from qvim_studio.training.corpus.sets.imitation_sets import nameless_note
from qvim_studio.training.corpus.sets.licences import UNREADABLE, plain_licence
from qvim_studio.training.corpus.sets.listing import (
    Listing,
    Recording,
    as_words,
    freesound_group,
    split_named,
)
from qvim_studio.training.corpus.sets.tables import (
    REST,
    number_in,
    read_object,
    read_rows,
    table_lines,
)

MANIFEST = "manifest.csv"
ESC50_COLUMNS = ("filename", "fold", "target", "category", "esc10", "src_file", "take")
ESC50_LICENCE, ESC10_LICENCE = "CC-BY-NC-3.0", "CC-BY-3.0"  # LICENSE of karolpiczak/ESC-50
URBANSOUND_COLUMNS = ("slice_file_name", "fsID", "fold", "class")
URBANSOUND_LICENCE = "CC-BY-NC-3.0"  # its README
FSD50K_COLUMNS = ("fname", "labels", "mids")
JAMENDO_COLUMNS = ("TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS")
# The first of these that is there is read.
JAMENDO_TABLES = (
    "autotagging",
    "raw_30s_cleantags_50artists",
    "raw_30s",
    "raw",
)
JAMENDO_CREDITS = "audio_licenses.txt"
JAMENDO_SPLITS = "splits/split-0/autotagging-*.tsv"
JAMENDO_FOLDERS = ("", "audio", "raw_30s", "raw_30s/audio", "raw_30s/audio-low", "audio-low")
TRIED = 50  # rows whose files are looked for in every folder
TAG_JOINT = "---"
_CREDIT = re.compile(r"^.+ by (?P<author>.+) from Jamendo: ")


def read_manifest(tables: Sequence[Path]) -> Listing:
    """A table with the columns path and label, and more facts if wanted."""
    table = tables[0]
    recordings, others, nameless = [], 0, 0
    for row in read_rows(table, ("path", "label")):
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
                licence=row.get("licence") or UNREADABLE,
                bandwidth_hz=number_in(row.get("rolloff99_hz")),
                commit_allowed=row.get("may_be_committed") == "yes",
                captions=tuple(filter(None, (row.get("caption"),))),
                author=row.get("author", ""),
            )
        )
    note = (
        f"{others} rows of {table.name} are of another split or imitations without a reference: "
        "they are left for the evaluation."
    )
    notes = (*((note,) if others else ()), *nameless_note(nameless, table, "path"))
    return Listing("manifest", tuple(recordings), (), notes)


def read_esc50(tables: Sequence[Path]) -> Listing:
    """Clips cut from one Freesound recording (``src_file``) are one group."""
    audio = tables[0].parent.parent / "audio"
    recordings = tuple(
        Recording(
            audio / row["filename"],
            row["filename"],
            as_words(row["category"]),
            "ESC-50",
            freesound_group(row["src_file"]),
            licence=ESC10_LICENCE if row["esc10"].lower() == "true" else ESC50_LICENCE,
        )
        for row in read_rows(tables[0], ESC50_COLUMNS)
    )
    return Listing("ESC-50", recordings, has_licences=True)


def read_urbansound(tables: Sequence[Path]) -> Listing:
    """Slices of one Freesound recording (``fsID``) are one group, for they sound nearly alike."""
    audio = tables[0].parent.parent / "audio"
    recordings = tuple(
        Recording(
            audio / f"fold{row['fold']}" / row["slice_file_name"],
            row["slice_file_name"],
            as_words(row["class"]),
            "UrbanSound8K",
            freesound_group(row["fsID"]),
            licence=URBANSOUND_LICENCE,
        )
        for row in read_rows(tables[0], URBANSOUND_COLUMNS)
    )
    return Listing("UrbanSound8K", recordings, has_licences=True)


def read_fsd50k(tables: Sequence[Path]) -> Listing:
    """The first, most specific label counts; each clip has its own licence and uploader."""
    recordings = []
    for table in tables:
        part, root = table.stem, table.parent.parent
        clips = root / "FSD50K.metadata" / f"{part}_clips_info_FSD50K.json"
        facts = read_object(clips) if clips.is_file() else {}
        for row in read_rows(table, FSD50K_COLUMNS):
            clip = facts.get(row["fname"])
            clip = clip if isinstance(clip, dict) else {}
            recordings.append(
                Recording(
                    root / f"FSD50K.{part}_audio" / f"{row['fname']}.wav",
                    f"{part}/{row['fname']}",
                    as_words(row["labels"].partition(",")[0]),
                    "FSD50K",
                    freesound_group(row["fname"]),
                    licence=plain_licence(str(clip.get("license", ""))),
                    author=str(clip.get("uploader", "")),
                    split=split_named(row.get("split") or part),
                )
            )
    return Listing("FSD50K", tuple(recordings), has_licences=True)


def read_jamendo(tables: Sequence[Path]) -> Listing:
    """Music: the label is made of the genres; all tracks of one artist are one group."""
    names = {table.stem: table for table in tables}
    table = next((names[name] for name in JAMENDO_TABLES if name in names), tables[0])
    rows = read_rows(table, JAMENDO_COLUMNS)
    roots = (table.parent, table.parent.parent)
    audio = _folder_with([row["PATH"] for row in islice(rows, TRIED)], roots)
    credits = _jamendo_credits(roots)
    splits = {
        row["TRACK_ID"]: split_named(path.stem)
        for path in sorted(table.parent.glob(JAMENDO_SPLITS))
        for row in read_rows(path, JAMENDO_COLUMNS)
    }
    recordings = []
    for row in rows:
        tags = [tag.partition(TAG_JOINT) for tag in f"{row['TAGS']}\t{row.get(REST, '')}".split()]
        genres = [tag for kind, _, tag in tags if kind == "genre"]
        licence, author = credits.get(row["PATH"], ("", ""))
        recordings.append(
            Recording(
                _jamendo_file(audio, row["PATH"]),
                row["PATH"],
                " ".join(genres or [tag for _, _, tag in tags if tag]) or "music",
                "MTG-Jamendo",
                f"MTG-Jamendo/{row['ARTIST_ID']}",
                kind="music",
                licence=plain_licence(licence),
                author=author or row["ARTIST_ID"],
                split=splits.get(row["TRACK_ID"], ""),
            )
        )
    return Listing("MTG-Jamendo", tuple(recordings), has_licences=True)


def _folder_with(names: Sequence[str], roots: Sequence[Path]) -> Path:
    """The folder in which most of the files lie; the first one where none does."""
    folders = [root / name for root in roots for name in JAMENDO_FOLDERS]
    counts = [sum(is_file(_jamendo_file(folder, name)) for name in names) for folder in folders]
    return folders[counts.index(max(counts))]


def _jamendo_file(folder: Path, name: str) -> Path:
    """The file itself, or the smaller one that the set also offers."""
    low = folder / f"{name.removesuffix('.mp3')}.low.mp3"
    return low if is_file(low) and not is_file(folder / name) else folder / name


def _jamendo_credits(roots: Sequence[Path]) -> dict[str, tuple[str, str]]:
    """Licence and author by the path of the track: four lines for each, the last one empty."""
    tables = [root / JAMENDO_CREDITS for root in roots if is_file(root / JAMENDO_CREDITS)]
    lines = [line.strip() for table in tables[:1] for line in table_lines(table)]
    credits = {}
    for path, credit, licence in zip(lines[::4], lines[1::4], lines[2::4], strict=False):
        named = _CREDIT.match(credit)
        credits[path] = (licence, named["author"] if named else "")
    return credits
