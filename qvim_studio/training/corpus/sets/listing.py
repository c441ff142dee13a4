"""What a data set names before any audio is read: recordings and imitations of them.

Names become words here, too."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.file_names import is_file

# What the sets call their parts; all but the part for training are held out whole.
SPLIT_NAMES = {
    "train": ("train", "training", "development", "dev"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing", "eval", "evaluation"),
}


@dataclass(frozen=True)
class Recording:
    """A reference before it is read.

    name: how the index calls it. group: what it is a recording of; all of one group are in one
    split. bandwidth_hz: 0 where it is to be measured. captions: sentences that people wrote.
    author: whom the licence asks to name; empty where the set does not say. split: a key of
    SPLIT_NAMES, or empty where the set leaves it open.
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
    captions: tuple[str, ...] = ()
    author: str = ""
    split: str = ""


@dataclass(frozen=True)
class RecordedTake:
    """A person's imitation. reference: path of the recording that it imitates."""

    path: Path
    reference: Path


@dataclass(frozen=True)
class Listing:
    """Everything that one input names.

    notes: what was left out and why, one sentence each. has_captions: the set promises a caption
    for every recording, so that a missing one is a fault. has_licences: likewise for licences.
    """

    layout: str
    recordings: tuple[Recording, ...]
    takes: tuple[RecordedTake, ...] = ()
    notes: tuple[str, ...] = ()
    has_captions: bool = False
    has_licences: bool = False


def as_words(text: str) -> str:
    """Letters and digits in lower case with single spaces: "dog bark" for "Dog_bark"."""
    return re.sub(r"[\W_]+", " ", text).strip().lower()


def freesound_group(number: str) -> str:
    """The group of everything that any data set cut from one recording of Freesound."""
    return f"Freesound/{number}"


def split_named(name: str) -> str:
    """The part of a set that the last word of a name stands for; empty for any other name."""
    last = as_words(name).rpartition(" ")[2]
    return next((split for split, names in SPLIT_NAMES.items() if last in names), "")


def sounds_below(folder: Path, suffixes: Collection[str] = SOUND_SUFFIXES) -> Iterator[Path]:
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
            if not name.startswith(".") and path.suffix.lower() in suffixes:
                yield path


def with_sound_suffix(path: Path) -> Path:
    """A path without a suffix gets the suffix of the file that is there, else ``.wav``."""
    if path.suffix.lower() in SOUND_SUFFIXES:
        return path
    suffixes = sorted(SOUND_SUFFIXES, key=lambda suffix: (suffix != ".wav", suffix))
    names = [path.name + suffix for suffix in (*suffixes, *map(str.upper, suffixes))]
    found = (path.with_name(name) for name in names if is_file(path.with_name(name)))
    return next(found, path.with_name(f"{path.name}.wav"))
