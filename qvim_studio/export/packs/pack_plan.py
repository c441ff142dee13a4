"""Plans a sample pack before anything is written: names, texts, licences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.text.plain_text import one_line
from qvim_studio.export.files.edits import EditList, Resample, SetChannels
from qvim_studio.export.files.sound_file import Container, FileFormat
from qvim_studio.export.packs.name_template import NameParts, NameTemplate
from qvim_studio.export.packs.pack_sources import PackSource, read_sources, short_names
from qvim_studio.export.ucs.categories import UcsCategory, best_category, find_category, suggest
from qvim_studio.export.ucs.ucs_name import clean_block

REFUSED_SHOWN = 20


@dataclass(frozen=True)
class PackOptions:
    """The user's choices for a pack.

    name, creator, source: any text, kept as one line; ``name`` becomes the folder's name.
    is_commercial: refuse clips that may not be sold.
    cat_id: one UCS category for all clips; empty: suggested for each.
    """

    name: str
    creator: str
    source: str
    is_commercial: bool = False
    template: NameTemplate = field(default_factory=NameTemplate)
    file_format: FileFormat = field(default_factory=FileFormat)
    edits: EditList = field(default_factory=EditList)
    cat_id: str = ""

    def __post_init__(self) -> None:
        for label in ("name", "creator", "source"):
            object.__setattr__(self, label, one_line(getattr(self, label)))
            if not clean_block(getattr(self, label), ""):
                raise UsageError(
                    f"The pack's {label} holds no letter or digit, got "
                    f"{getattr(self, label)!r}. Give one."
                )
        if self.file_format.container is not Container.WAV:
            raise UsageError(
                "A pack holds WAV files, which samplers read, got "
                f"{self.file_format.container.value}. Choose WAV."
            )
        if self.cat_id:
            find_category(self.cat_id)

    @property
    def folder_name(self) -> str:
        return clean_block(self.name, "Pack")


@dataclass(frozen=True)
class PlannedClip:
    """One sound of a pack. path: of the WAV below the pack's folder."""

    source: PackSource
    path: PurePosixPath
    category: UcsCategory

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def recipe(self) -> dict[str, Any] | None:
        return self.source.recipe


@dataclass(frozen=True)
class PackPlan:
    """Everything that a pack will hold; equal plans have equal fingerprints.

    audio_bytes: how large the WAVs will be together, roughly where edits change their length.
    """

    options: PackOptions
    clips: tuple[PlannedClip, ...]
    fingerprint: str
    audio_bytes: int


def plan_pack(files: Sequence[Path], options: PackOptions) -> PackPlan:
    """Read the metadata of the files and name them; see the two steps for errors."""
    return plan_sources(read_sources(files), options)


def plan_sources(sources: Sequence[PackSource], options: PackOptions) -> PackPlan:
    """Name the sounds and check their licences; reads no file.

    Raises StudioError if the guard refuses.
    """
    return plan_clips(name_sources(sources, options), options)


def plan_clips(clips: Sequence[PlannedClip], options: PackOptions) -> PackPlan:
    """The plan for sounds that were named with these options."""
    sources = [clip.source for clip in clips]
    if options.is_commercial:
        _refuse_what_may_not_be_sold(sources)
    fingerprint = _fingerprint(options, clips)
    return PackPlan(options, tuple(clips), fingerprint, _audio_bytes(options, sources))


def name_sources(sources: Sequence[PackSource], options: PackOptions) -> tuple[PlannedClip, ...]:
    """The name of each sound, as a preview shows it while the user types."""
    found = [category_of(source, options.cat_id) for source in sources]
    names = options.template.names(
        [_parts(source, category, options) for source, category in zip(sources, found, strict=True)]
    )
    return tuple(
        PlannedClip(source, _path_of(name, category), category)
        for source, category, name in zip(sources, found, names, strict=True)
    )


def category_of(source: PackSource, cat_id: str = "") -> UcsCategory:
    """The UCS category of a sound; ``cat_id`` is one that all sounds of a pack share."""
    chosen = cat_id or source.cat_id
    return find_category(chosen) if chosen else _suggested(source.title, source.tags)


def is_guess(source: PackSource) -> bool:
    """Whether the category is a guess: neither the user nor the sound's words state it."""
    return not source.cat_id and not suggest(source.title, source.tags, top=1)


@lru_cache(maxsize=20_000)
def _suggested(title: str, tags: tuple[str, ...]) -> UcsCategory:
    """The suggested category, cached because a preview needs the same ones at every key press."""
    return best_category(title, tags)


def _parts(source: PackSource, category: UcsCategory, options: PackOptions) -> NameParts:
    seed = 0 if source.recipe is None else source.recipe["seed"]
    return NameParts(
        category.cat_id, source.title, options.creator, options.source, options.name, seed
    )


def _path_of(name: str, category: UcsCategory) -> PurePosixPath:
    return PurePosixPath(clean_block(category.category, "MISC"), f"{name}.wav")


def _refuse_what_may_not_be_sold(sources: Sequence[PackSource]) -> None:
    refused = [source for source in sources if not source.may_be_sold]
    if not refused:
        return
    names = short_names(source.path for source in sources)
    shown = "; ".join(
        f"{names[source.path]} ({source.licence})" for source in refused[:REFUSED_SHOWN]
    )
    left = len(refused) - REFUSED_SHOWN
    more = f" and {left} more" if left > 0 else ""
    raise StudioError(
        f"{len(refused)} of {len(sources)} clips may not be sold or do not say so: {shown}{more}. "
        "Take them out, or make a pack that is not for sale."
    )


def _fingerprint(options: PackOptions, clips: Sequence[PlannedClip]) -> str:
    values: list[Any] = [
        [options.name, options.creator, options.source, options.is_commercial],
        [options.template.pattern, options.edits.as_json()],
        [options.file_format.bit_depth, options.file_format.is_dithered],
    ]
    for clip in clips:
        source = clip.source
        file = [str(source.path), source.size, source.mtime_ns]
        labels = [source.title, source.tags, clip.category.cat_id]
        values.append([*file, str(clip.path), *labels])
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _audio_bytes(options: PackOptions, sources: Sequence[PackSource]) -> int:
    rates = [edit.sample_rate for edit in options.edits.edits if isinstance(edit, Resample)]
    counts = [edit.count for edit in options.edits.edits if isinstance(edit, SetChannels)]
    total = 0
    for source in sources:
        growth = rates[-1] / source.sample_rate if rates else 1.0
        channels = counts[-1] if counts else source.channels
        total += round(source.frames * growth) * channels * options.file_format.bit_depth // 8
    return total
