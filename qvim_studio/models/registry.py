"""The lists of known checkpoints: the one that ships, and the user's own in the same form."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import platformdirs

from qvim_studio.core.errors import CheckpointError, OutputError, reason_of
from qvim_studio.core.resources import resource_path
from qvim_studio.core.text_file import save_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REGISTRY_FILE = "checkpoints.toml"
Entry = dict[str, Any]


def read_registry() -> dict[str, Entry]:
    """Every entry by its id, ours first. Raises CheckpointError for a list that is damaged."""
    return _read(resource_path(REGISTRY_FILE)) | read_user_registry()


def read_user_registry() -> dict[str, Entry]:
    """The user's own entries. Raises CheckpointError."""
    return _read(user_registry())


def user_registry() -> Path:
    """The file that names the user's own checkpoints."""
    return Path(platformdirs.user_config_dir("qvim-studio", appauthor=False)) / REGISTRY_FILE


def add_entry(id: str, entry: Entry) -> None:
    """Write it below what is there. Raises CheckpointError, OutputError."""
    section = _section(id, entry)
    try:
        section.encode()
    except UnicodeEncodeError as error:
        raise CheckpointError(
            f"The list of checkpoints cannot hold {id!r}: its name or that of its folder is no "
            "UTF-8. Rename the folder and import it again."
        ) from error
    path = user_registry()
    there = path.read_text(encoding="utf-8") if path.is_file() else ""
    _save(path, f"{there}\n{section}")


def drop_entry(id: str) -> None:
    """Take one out of the user's own. Raises CheckpointError, OutputError."""
    kept = {name: entry for name, entry in read_user_registry().items() if name != id}
    _save(user_registry(), "\n".join(_section(name, entry) for name, entry in kept.items()))


def _read(path: Path) -> dict[str, Entry]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"The list of checkpoints in {path} cannot be read ({reason_of(error)}). "
            "Correct or delete it."
        ) from error


def _section(name: str, entry: Entry) -> str:
    lines = (f"{key} = {_toml(value)}\n" for key, value in entry.items())
    return f"[{_toml(name)}]\n{''.join(lines)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(held)}' for key, held in value.items())} }}"
    # What JSON says is TOML too, but for half a character (a surrogate) and for U+007F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")


def _save(path: Path, text: str) -> None:
    try:
        save_text(path, text)
    except OSError as error:
        raise OutputError(
            f"The list of checkpoints cannot be saved to {path}: {error.strerror}. "
            "Make that folder writable or make room, then try again."
        ) from error
