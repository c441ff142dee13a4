"""Data sets of captioned sounds: AudioCaps, Clotho, AudioLDM's trees and plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.sets.imitation_sets import nameless_note
from qvim_studio.training.corpus.sets.licences import plain_licence
from qvim_studio.training.corpus.sets.listing import (
    Listing,
    Recording,
    as_words,
    freesound_group,
    sounds_below,
    split_named,
)
from qvim_studio.training.corpus.sets.tables import read_object, read_rows

AUDIOCAPS_COLUMNS = ("audiocap_id", "youtube_id", "start_time", "caption")
CLOTHO_COLUMNS = ("file_name", "caption_1", "caption_2", "caption_3", "caption_4", "caption_5")
CAPTION_COLUMNS = ("audio", "caption")
AUDIOLDM_ROOT = "dataset_root.json"
YOUTUBE_ID = 11  # characters


def read_audiocaps(tables: Sequence[Path]) -> Listing:
    """Clips are found by their YouTube id, whatever the program that fetched them calls them."""
    places = _clips_by_video(tables[0].parent)
    recordings = []
    for table in tables:
        for row in read_rows(table, AUDIOCAPS_COLUMNS):
            video, start = row["youtube_id"], row["start_time"]
            name = f"{video}_{start}.wav"
            recordings.append(
                Recording(
                    places.get(video, table.parent / name),
                    f"{video}_{start}",
                    as_words(row["caption"]),
                    "AudioCaps",
                    f"AudioCaps/{video}",
                    captions=(row["caption"],),
                    split=split_named(table.stem),
                )
            )
    return Listing("AudioCaps", _merged(recordings), has_captions=True)


def read_clotho(tables: Sequence[Path]) -> Listing:
    """Five captions for each file; licence and author of each from the metadata beside them."""
    recordings = []
    for table in tables:
        part = table.stem.removeprefix("clotho_captions_")
        facts = _clotho_facts(table.with_name(f"clotho_metadata_{part}.csv"))
        audio = _clotho_folder(table.parent, part)
        for row in read_rows(table, CLOTHO_COLUMNS):
            name = row["file_name"]
            fact = facts.get(name, {})
            number = fact.get("sound_id", "")  # "Not found" where Freesound has lost it
            captions = tuple(row[column] for column in CLOTHO_COLUMNS[1:] if row[column])
            recordings.append(
                Recording(
                    audio / name,
                    f"{part}/{name}",
                    as_words(captions[0] if captions else Path(name).stem),
                    "Clotho",
                    freesound_group(number) if number.isdigit() else f"Clotho/{name}",
                    licence=plain_licence(fact.get("license", "")),
                    captions=captions,
                    author=fact.get("manufacturer", ""),
                    split=split_named(part),
                )
            )
    return Listing("Clotho", tuple(recordings), has_captions=True, has_licences=True)


def read_caption_table(tables: Sequence[Path]) -> Listing:
    """``audio,caption`` and, if wanted, label, group, licence, author and split; several rows of
    one sound are several captions of it."""
    recordings, nameless, has_licences = [], 0, False
    for table in tables:
        for row in read_rows(table, CAPTION_COLUMNS):
            if not row["audio"]:
                nameless += 1
                continue
            has_licences = has_licences or "licence" in row
            recordings.append(caption_row(row, table))
    notes = nameless_note(nameless, tables[0], "audio")
    return Listing(
        "captions",
        _merged(recordings),
        (),
        notes,
        has_captions=True,
        has_licences=has_licences,
    )


def caption_row(row: dict[str, str], table: Path) -> Recording:
    """The recording of a row with the columns of Recording; only ``audio`` has to be there."""
    name, caption = row["audio"], row.get("caption", "")
    group = row.get("group") or name
    return Recording(
        table.parent / name,
        name,
        row.get("label") or as_words(caption or Path(name).stem),
        table.stem,
        f"{table.stem}/{group}",
        licence=plain_licence(row.get("licence", "")),
        captions=(caption,) if caption else (),
        author=row.get("author", ""),
        split=split_named(row.get("split", "")),
    )


def read_audioldm_tree(tables: Sequence[Path]) -> Listing:
    """The JSON trees of AudioLDM-training-finetuning: ``dataset_root.json`` names, for each set,
    the root of its sounds and a data file for each split. Paths lead from the folder in which the
    training is started, which is found by going up from the file."""
    root_file = tables[0]
    content = read_object(root_file)
    metadata = _object(_object(content, "metadata", root_file), "path", root_file)
    recordings = []
    for name, parts in metadata.items():
        if not isinstance(parts, dict):
            continue
        sounds = _found(str(content.get(name, "")), root_file)
        labels = _class_names(parts.get("class_label_indices"), root_file)
        for part, data_file in parts.items():
            if (split := split_named(part)) and isinstance(data_file, str):
                rows = read_object(_found(data_file, root_file)).get("data")
                recordings += [
                    _audioldm_row(row, name, sounds, labels, split)
                    for row in (rows if isinstance(rows, list) else [])
                    if isinstance(row, dict) and isinstance(row.get("wav"), str) and row["wav"]
                ]
    if not recordings:
        raise StudioError(
            f"{root_file} names no sounds: none of its data files holds rows with wav and caption. "
            "Fill them, or give a table with the columns audio and caption."
        )
    return Listing("AudioLDM", _merged(recordings), has_captions=True)


def _audioldm_row(
    row: dict[str, Any], name: str, sounds: Path, labels: dict[str, str], split: str
) -> Recording:
    caption = str(row.get("caption") or "").strip()
    mids = [mid.strip() for mid in str(row.get("labels") or "").split(",") if mid.strip()]
    label = next((labels[mid] for mid in mids if mid in labels), caption or Path(row["wav"]).stem)
    return Recording(
        sounds / row["wav"],
        row["wav"],
        as_words(label),
        name,
        f"{name}/{row['wav']}",
        captions=(caption,) if caption else (),
        split=split,
    )


def _object(content: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    value = content.get(key)
    if not isinstance(value, dict):
        raise StudioError(
            f"{path} has no object {key!r}, expected one as AudioLDM-training-finetuning writes it."
        )
    return value


def _found(name: str, root_file: Path) -> Path:
    """A path as it is, else below the nearest folder above ``root_file`` that holds it."""
    path = Path(name)
    if path.is_absolute():
        return path
    return next(
        (folder / path for folder in root_file.parents if (folder / path).exists()),
        root_file.parent / path,
    )


def _class_names(table: object, root_file: Path) -> dict[str, str]:
    """AudioSet's class names by their mid."""
    if not isinstance(table, str) or not (path := _found(table, root_file)).is_file():
        return {}
    return {row["mid"]: row["display_name"] for row in read_rows(path, ("mid", "display_name"))}


def _clips_by_video(folder: Path) -> dict[str, Path]:
    """Sounds by the YouTube id that their names begin with, ``Y`` before it or not."""
    places: dict[str, Path] = {}
    for path in sounds_below(folder):
        for stem in (path.stem, path.stem[1:] if path.stem.startswith("Y") else ""):
            if len(stem) >= YOUTUBE_ID and stem[YOUTUBE_ID : YOUTUBE_ID + 1] in ("", "_", "-", "."):
                places.setdefault(stem[:YOUTUBE_ID], path)
    return places


def _clotho_facts(table: Path) -> dict[str, dict[str, str]]:
    if not table.is_file():
        return {}
    return {row["file_name"]: row for row in read_rows(table, ("file_name", "license"))}


def _clotho_folder(tables: Path, part: str) -> Path:
    """Where the archives unpack to, beside the tables or one folder above."""
    names = (part, f"clotho_audio_{part}", f"clotho_audio_files/{part}")
    places = [root / name for root in (tables, tables.parent) for name in names]
    return next((place for place in places if place.is_dir()), places[0])


def _merged(recordings: Iterable[Recording]) -> tuple[Recording, ...]:
    """One recording for each file, with all of its captions. A file that any row tests with is not
    trained on."""
    merged: dict[Path, Recording] = {}
    for one in recordings:
        known = merged.get(one.path)
        if known is not None:
            split = known.split if one.split in ("", "train") else one.split
            one = replace(known, captions=known.captions + one.captions, split=split)
        merged[one.path] = one
    return tuple(merged.values())
