"""Reads the metadata of the files that go into a pack."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import read_sound_header
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Origin
from qvim_studio.export.files.recipe import read_recipe
from qvim_studio.export.ucs.ucs_name import UcsName, parse_name

MAX_CLIPS = 10_000
UNKNOWN = "unknown"
_TAKE_NUMBER = re.compile(r"(?:-\d+)?(?:_fit)?_\d+$")


@dataclass(frozen=True)
class PackSource:
    """A file on its way into a pack.

    title: what the sound is, in words. cat_id: its UCS category; empty: suggested from the words.
    tags: further words. date: YYYY-MM-DD. group: sounds that take turns on one key share it.
    size in bytes, mtime_ns: as the file was when it was looked at.
    recipe: None for a sound that was not generated here.
    """

    path: Path
    title: str
    cat_id: str
    date: str
    group: str
    frames: int
    sample_rate: int
    channels: int
    size: int
    mtime_ns: int
    tags: tuple[str, ...] = ()
    recipe: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def provenance(self) -> dict[str, str]:
        return {} if self.recipe is None else self.recipe["provenance"]

    @property
    def licence(self) -> str:
        return self.provenance.get("licence", UNKNOWN)

    @property
    def commercial(self) -> str:
        """Whether the sound may be sold: "yes", "no", "conditional" or "unknown"."""
        return self.provenance.get("commercial", UNKNOWN)

    @property
    def is_generated(self) -> bool:
        """Whether a model made the sound, as far as the file says."""
        return self.recipe is not None and bool(self.recipe.get("is_generated", True))

    @property
    def may_be_sold(self) -> bool:
        return self.commercial in ("yes", "conditional")

    def with_changes(self, **changes: Any) -> PackSource:
        """A copy with some fields replaced: the user's own title, category or tags."""
        return replace(self, **changes)


def read_sources(
    files: Sequence[Path],
    is_cancelled: Callable[[], bool] = lambda: False,
    most: int = MAX_CLIPS,
) -> tuple[PackSource, ...]:
    """Read every file once; the rest is skipped when ``is_cancelled``.

    Raises UsageError for no files or more than ``most``, AudioFileError for unreadable ones.
    """
    files = list(dict.fromkeys(Path(file).absolute() for file in files))
    if not 0 < len(files) <= most:
        raise UsageError(f"A pack takes 1 to {most} files, got {len(files)}. Choose some sounds.")
    return tuple(_read(file) for file in files if not is_cancelled())


def short_names(paths: Iterable[Path]) -> dict[Path, str]:
    """The shortest end of each path that no other file has: mostly its name alone."""
    ends = {path: [path.parts[-n:] for n in range(1, len(path.parts) + 1)] for path in paths}
    counts = Counter(end for found in ends.values() for end in found)
    return {
        path: str(Path(*next((end for end in found if counts[end] == 1), found[-1])))
        for path, found in ends.items()
    }


def _read(file: Path) -> PackSource:
    recipe = read_recipe(file)
    request = {} if recipe is None else recipe["request"]
    header = read_sound_header(file)
    stat = file.stat()
    written = datetime.fromtimestamp(stat.st_mtime, timezone.utc).date().isoformat()
    named = _ucs_name_of(file)
    plain_title = request.get("text") or _TAKE_NUMBER.sub("", file.stem).replace("_", " ")
    return PackSource(
        path=file,
        title=plain_title if named is None else named.fx_name,
        cat_id="" if named is None else named.cat_id,
        date=written if recipe is None else recipe.get("created", written)[:10],
        group=_group_of(recipe) or str(file),
        frames=header.frames or 0,
        sample_rate=header.sample_rate,
        channels=header.channels,
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        recipe=recipe,
    )


def _group_of(recipe: dict[str, Any] | None) -> str:
    """Made sounds do not take turns with real ones that follow the same voice."""
    if recipe is None or not recipe["request"]:
        return ""
    return json.dumps([recipe["request"], recipe.get("origin", Origin.MADE.value)], sort_keys=True)


def _ucs_name_of(file: Path) -> UcsName | None:
    try:
        return parse_name(file.stem)
    except UsageError:
        return None
