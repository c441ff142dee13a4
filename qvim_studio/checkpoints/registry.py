"""The lists of known checkpoints: the one that ships, and the user's own in the same form."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import platformdirs

from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.json_text import as_object, number_of, shown, text_of, texts_of
from qvim_studio.core.text.text_file import save_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REGISTRY_FILE = "checkpoints.toml"
UPSCALER = "upscaler"  # the kind of entries that add highs to sounds
MAX_SIZE_GB = 10_000.0
MAX_WEIGHTS = 10**13
Entry = dict[str, Any]
_TEXTS = (
    *("title", "family", "folder", "repo", "revision", "licence", "commercial", "kind", "makes"),
    "published",
)
_REMOTE = ("licence", "commercial")  # values of a folder's own card, which override the entry
_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_SECTION = re.compile(r"^(?=\[)", re.MULTILINE)


@dataclass(frozen=True)
class UserRegistry:
    """The user's own list. entries: what can be used; problems: by the id of each other entry, one
    sentence; damage: one sentence where the file as a whole is damaged, else empty."""

    entries: Mapping[str, Entry]
    problems: Mapping[str, str]
    damage: str = ""

    def sentences(self) -> tuple[str, ...]:
        """Everything that is wrong with the list."""
        return (*filter(None, (self.damage,)), *self.problems.values())


def is_generator(entry: Entry) -> bool:
    """Whether it makes sounds."""
    return "kind" not in entry


def is_upscaler(entry: Entry) -> bool:
    """Whether it adds highs to sounds."""
    return entry.get("kind") == UPSCALER


def is_part(entry: Entry) -> bool:
    """Whether it is only a part that checkpoints need."""
    return not is_generator(entry) and not is_upscaler(entry)


def read_registry() -> dict[str, Entry]:
    """Every entry by its id, ours first; entries of the user's that cannot be used are left out."""
    return {**_bundled_entries(), **read_user_registry().entries}


def read_user_registry() -> UserRegistry:
    """The user's own list; a fault costs only the entry that it is in."""
    path = user_registry()
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, ValueError) as error:
        return UserRegistry({}, {}, _damage(path, reason_of(error)))
    damage = ""
    try:
        entries: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        damage = _damage(path, reason_of(error))
        entries = _readable_sections(text)
    shipped = {name for name, entry in _bundled_entries().items() if "folder" in entry}
    problems: dict[str, str] = {}
    for name, entry in entries.items():
        try:
            if name in shipped:
                raise ValueError("its name belongs to what ships with the program")
            _check(name, entry)
        except ValueError as error:
            problems[name] = (
                f"The entry {name!r} in {path} is set aside: {error}. Correct it there, or take it "
                f"out with: qvim-studio checkpoints remove {shlex.quote(name)}"
            )
    used = {name: entry for name, entry in entries.items() if name not in problems}
    return UserRegistry(used, problems, damage)


def user_registry() -> Path:
    """The file that names the user's own checkpoints."""
    return Path(platformdirs.user_config_dir("qvim-studio", appauthor=False)) / REGISTRY_FILE


def add_entry(id: str, entry: Entry) -> None:
    """Add an entry to the end of the user's list. Raises CheckpointError, OutputError."""
    section = _section(id, entry)
    try:
        section.encode()
    except UnicodeEncodeError as error:
        raise CheckpointError(
            f"The list of checkpoints cannot hold {id!r}: its name or that of its folder is not "
            "valid UTF-8. Rename the folder and import it again."
        ) from error
    _check_own(id, entry)
    path = user_registry()
    there = _usable_text(path)
    _save(path, f"{there}\n{section}", {**_parsed(there), id: entry})


def drop_entry(id: str) -> None:
    """Take an entry out of the user's list. Raises CheckpointError, OutputError."""
    path = user_registry()
    there = _parsed(_usable_text(path))
    kept = {name: entry for name, entry in there.items() if name != id}
    _save(path, "\n".join(_section(name, entry) for name, entry in kept.items()), kept)


def _bundled_entries() -> dict[str, Entry]:
    return _entries_of(resource_path(REGISTRY_FILE))


@cache
def _entries_of(path: Path) -> dict[str, Entry]:
    """The entries of a list that ships and never changes, cached because lists of checkpoints need
    it often."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _damage(path: Path, reason: str) -> str:
    return (
        f"The list of your own checkpoints in {path} is damaged ({reason}); entries that can be "
        "read are used. Correct it there; the next import writes it again and keeps a copy."
    )


def _readable_sections(text: str) -> dict[str, Any]:
    """The entries of a damaged list that are sound by themselves."""
    entries: dict[str, Any] = {}
    for section in _SECTION.split(text):
        try:
            entries.update(tomllib.loads(section))
        except (ValueError, RecursionError):
            continue
    return entries


def _usable_text(path: Path) -> str:
    """The text of the list; of a damaged list, its readable entries, after a copy was kept.

    Raises OutputError if no copy can be kept.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        _keep_copy(path)
        entries = read_user_registry().entries
        return "\n".join(_section(name, entry) for name, entry in entries.items())
    return text


def _keep_copy(path: Path) -> None:
    number = 1
    while (copy := path.with_name(f"{path.stem}.damaged-{number}.toml")).exists():
        number += 1
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        raise OutputError(
            f"The damaged list of checkpoints in {path} cannot be copied to {copy.name}: "
            f"{error.strerror}. Make that folder writable or make room, then try again."
        ) from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _check_own(id: str, entry: Entry) -> None:
    try:
        _check(id, entry)
    except ValueError as error:
        raise CheckpointError(
            f"The list of checkpoints cannot hold {id!r}: {error}. Correct its studio.json or "
            "rename its folder, then import it again."
        ) from error


def _check(name: str, entry: Any) -> None:
    """Raise ValueError if an entry does not have the form of ``checkpoints.toml``."""
    if not name.strip() or len(name.splitlines()) > 1 or "\0" in name:
        raise ValueError("its name is empty or has several lines")
    as_object(entry)
    texts = {key: text_of(entry, key, "") for key in _TEXTS if key in entry}
    for key in ("title", *(() if "folder" in entry and not is_part(entry) else _REMOTE)):
        if not texts.get(key):
            raise ValueError(f"it has no {key}")
    if not (texts.get("folder") or texts.get("repo")):
        raise ValueError("it has neither a folder nor a repo")
    if texts.get("repo") and not _REPO.fullmatch(texts["repo"]):
        raise ValueError(f"repo is {shown(texts['repo'])}, expected owner/name")
    texts_of(entry, "capabilities")
    fits = texts_of(entry, "fits")
    if is_part(entry) and not fits and "fits" not in entry:
        raise ValueError("it does not say what it fits")
    for key in ("size_gb", "converted_gb"):
        number_of(entry, key, 0.0, 0.0, MAX_SIZE_GB)
    published, files = texts.get("published", ""), texts_of(entry, "files")
    if bool(published) != bool(files):
        raise ValueError("published and files belong together")
    for path in filter(None, (published, *files)):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise ValueError(f"{shown(path)} is no path inside a repository")
    if "sizes" in entry:
        sizes = as_object(entry["sizes"])
        for key in sizes:
            number_of(sizes, key, 0, 0, MAX_WEIGHTS)


def _section(name: str, entry: Entry) -> str:
    lines = (f"{key} = {_toml(value)}\n" for key, value in entry.items())
    return f"[{_toml(name)}]\n{''.join(lines)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(held)}' for key, held in value.items())} }}"
    # JSON is valid TOML, except for half characters (surrogates) and U+007F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")


def _save(path: Path, text: str, expected: Mapping[str, Any]) -> None:
    """Write a list; the file is read back and compared with ``expected`` before it replaces the old
    one."""
    if _parsed(text) != expected:
        raise CheckpointError(
            f"The list of checkpoints in {path} would not be readable with that entry, so it stays "
            "as it was. Rename the checkpoint and import it again."
        )
    try:
        save_text(path, text)
    except OSError as error:
        raise OutputError(
            f"The list of checkpoints cannot be saved to {path}: {error.strerror}. "
            "Make that folder writable or make room, then try again."
        ) from error
