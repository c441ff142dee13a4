"""What a sample pack will hold, decided before anything is written: names, texts, licences."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from typing import Any

import soundfile

from qvim_studio.core.errors import AudioFileError, StudioError, UsageError
from qvim_studio.export.edits import EditList
from qvim_studio.export.name_template import NameParts, NameTemplate
from qvim_studio.export.recipe import read_recipe
from qvim_studio.export.sound_file import Container, FileFormat
from qvim_studio.export.ucs import UcsCategory, best_category, find_category
from qvim_studio.export.ucs_name import clean_block, parse_name

MAX_CLIPS = 10_000
UNKNOWN = "unknown"
_TAKE_NUMBER = re.compile(r"(?:-\d+)?_\d+$")


@dataclass(frozen=True)
class PackOptions:
    """What is asked of a pack.

    name, creator, source: any text; ``name`` becomes the folder's name.
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
            if not clean_block(getattr(self, label), ""):
                raise UsageError(
                    f"The pack's {label} holds no letter or digit of ASCII, got "
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
    """One sound on its way into a pack.

    path: of the WAV below the pack's folder. group: clips that take turns on one key share it.
    recipe: None for a sound that was not generated here.
    """

    source: Path
    path: PurePosixPath
    title: str
    category: UcsCategory
    group: str
    date: str
    recipe: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def provenance(self) -> dict[str, str]:
        return {} if self.recipe is None else self.recipe["provenance"]

    @property
    def licence(self) -> str:
        return self.provenance.get("licence", UNKNOWN)

    @property
    def commercial(self) -> str:
        """May the sound be sold: "yes", "no", "conditional" or "unknown"."""
        return self.provenance.get("commercial", UNKNOWN)

    @property
    def may_be_sold(self) -> bool:
        return self.commercial in ("yes", "conditional")


@dataclass(frozen=True)
class PackPlan:
    """Everything that will be written; equal plans have equal fingerprints."""

    options: PackOptions
    clips: tuple[PlannedClip, ...]
    fingerprint: str
    audio_bytes: int


def plan_pack(files: Sequence[Path], options: PackOptions) -> PackPlan:
    """Read what the files say about themselves and name them.

    Raises UsageError for no files or too many, AudioFileError for unreadable ones, StudioError
    where the licence guard refuses.
    """
    files = list(dict.fromkeys(Path(file).absolute() for file in files))
    if not 0 < len(files) <= MAX_CLIPS:
        raise UsageError(
            f"A pack takes 1 to {MAX_CLIPS} files, got {len(files)}. Choose some sounds."
        )
    found = [_describe(file, options) for file in files]
    names = options.template.names([parts for parts, _ in found])
    clips = tuple(
        PlannedClip(path=_path_of(name, clip["category"]), **clip)
        for name, (_, clip) in zip(names, found, strict=True)
    )
    if options.is_commercial:
        _refuse_what_may_not_be_sold(clips)
    return PackPlan(options, clips, _fingerprint(options, clips), _audio_bytes(options, files))


def _describe(file: Path, options: PackOptions) -> tuple[NameParts, dict[str, Any]]:
    recipe = read_recipe(file)
    request = {} if recipe is None else recipe["request"]
    cat_id, title = _title_of(file, request)
    if options.cat_id:
        category = find_category(options.cat_id)
    else:
        category = find_category(cat_id) if cat_id else best_category(title)
    seed = 0 if recipe is None else recipe["seed"]
    parts = NameParts(category.cat_id, title, options.creator, options.source, options.name, seed)
    written = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc).date().isoformat()
    group = json.dumps(request, sort_keys=True) if request else str(file)
    return parts, {
        "source": file,
        "title": title,
        "category": category,
        "group": group,
        "date": written if recipe is None else recipe.get("created", written)[:10],
        "recipe": recipe,
    }


def _title_of(file: Path, request: dict[str, Any]) -> tuple[str, str]:
    """CatID (where the file's name says it) and what the sound is, in words."""
    try:
        name = parse_name(file.stem)
    except UsageError:
        return "", request.get("text") or _TAKE_NUMBER.sub("", file.stem).replace("_", " ")
    return name.cat_id, name.fx_name


def _path_of(name: str, category: UcsCategory) -> PurePosixPath:
    return PurePosixPath(clean_block(category.category, "MISC"), f"{name}.wav")


def _refuse_what_may_not_be_sold(clips: Sequence[PlannedClip]) -> None:
    refused = [clip for clip in clips if not clip.may_be_sold]
    if not refused:
        return
    shown = "; ".join(f"{clip.source.name} ({clip.licence})" for clip in refused[:20])
    more = f" and {len(refused) - 20} more" if len(refused) > 20 else ""
    raise StudioError(
        f"{len(refused)} of {len(clips)} clips may not be sold or do not say so: {shown}{more}. "
        "Take them out, or make the pack without --commercial."
    )


def _fingerprint(options: PackOptions, clips: Sequence[PlannedClip]) -> str:
    values = [
        [options.name, options.creator, options.source, options.is_commercial],
        [options.template.pattern, options.edits.as_json()],
        [options.file_format.bit_depth, options.file_format.is_dithered],
    ]
    for clip in clips:
        stat = clip.source.stat()
        values.append([str(clip.source), str(clip.path), stat.st_size, stat.st_mtime_ns])
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _audio_bytes(options: PackOptions, files: Sequence[Path]) -> int:
    """How large the WAVs will be, from the sources' headers."""
    total = 0
    for file in files:
        try:
            info = soundfile.info(file)
        except soundfile.LibsndfileError as error:
            raise AudioFileError(
                f"{file.name} cannot be read as audio. Expected WAV, FLAC, AIFF, OGG or MP3; "
                "take it out or convert it."
            ) from error
        total += info.frames * info.channels * options.file_format.bit_depth // 8
    return total
