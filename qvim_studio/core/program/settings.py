"""Loads and saves the user's settings, as JSON with a version.

A file of an older version is migrated after a backup. A value that is not possible is replaced by
its default, and the others are kept; a file that cannot be read at all or is of a newer version is
set aside. Each time a copy of the file is kept, and one sentence says so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import OutputError, UsageError
from qvim_studio.core.program.device_key import (
    SYSTEM_DEFAULT,
    DeviceKey,
    InputChoices,
    device_key,
    input_choices,
)
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    MAX_FITS,
    MAX_GUIDANCE,
    MAX_STEPS,
    MAX_VARIATIONS,
    MIN_STRENGTH,
    SamplerName,
    Start,
    VramMode,
)
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.core.text.text_file import save_text

LISTED_VALUES = 6  # a sentence names no more of them

Migration = Callable[[dict[str, Any]], dict[str, Any]]


def _name_host_apis(stored: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew devices by their names alone."""
    devices = ("input_device", "output_device")
    keys = {each: {"name": stored[each]} for each in devices if each in stored}
    return {**stored, **keys}


MIGRATIONS: Mapping[int, Migration] = {1: _name_host_apis}  # from version N to N + 1
SETTINGS_VERSION = 1 + len(MIGRATIONS)


class Theme(str, Enum):
    """The palette of the window."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Language(str, Enum):
    """The language of the window: a code of ISO 639-1, or the system's language."""

    SYSTEM = "system"
    ENGLISH = "en"
    GERMAN = "de"


@dataclass(frozen=True)
class Settings:
    """Everything the settings dialog and the sliders remember.

    Empty strings mean "the system's default" (folders); None means "the checkpoint's own
    default" (steps, guidance, start, strength). texts: earlier texts, newest first.
    upscaler: id of the checkpoint that makes the highs instead of the quick extension; empty for
    none.
    watch_folder: the folder that gets a copy of every new clip; empty for none. inputs: which input
    is recorded, by microphone.
    shortcuts: key sequences by action, only those the user changed. pack: the fields of the last
    sample pack. by_checkpoint: what was set for each, see session.checkpoint_values.
    """

    language: Language = Language.SYSTEM
    theme: Theme = Theme.SYSTEM
    text_percent: int = 100
    checkpoint: str = "starter"
    vram_mode: VramMode = VramMode.AUTO
    cuda_graphs: bool = False
    steps: int | None = None
    guidance: float | None = None
    start: Start | None = None
    strength: float | None = None
    extend_bandwidth: bool = True
    upscaler: str = ""
    clean_pauses: bool = True
    loop: bool = False
    sampler: SamplerName = SamplerName.DPM_SOLVER
    input_device: DeviceKey = SYSTEM_DEFAULT
    output_device: DeviceKey = SYSTEM_DEFAULT
    inputs: InputChoices = ()
    sample_rate_hz: int = 48_000
    buffer_frames: int = 480
    latency_ms: int = 200
    output_folder: str = ""
    library_folder: str = ""
    watch_folder: str = ""
    trim_takes: bool = True
    trim_threshold_db: float = -40.0
    input_gain_db: float = 0.0
    hears_microphone: bool = False
    count_in_s: int = 0
    hands_free_db: float = -35.0
    engine_in_own_process: bool = True
    balance: float = DEFAULT_BALANCE
    follow: float = 0.7
    variations: int = 4
    fits: int = 2
    is_detail_shown: bool = False
    texts: tuple[str, ...] = ()
    shortcuts: dict[str, str] = field(default_factory=dict)
    pack: dict[str, str] = field(default_factory=dict)
    by_checkpoint: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in fields(self):
            if entry.name in _ENUMS and getattr(self, entry.name) is not None:
                value = _ENUMS[entry.name](getattr(self, entry.name))
                object.__setattr__(self, entry.name, value)
            elif entry.type in _TYPES:
                _check_type(entry.name, getattr(self, entry.name), _TYPES[entry.type])
        _check_range("balance", self.balance, 0.0, 1.0)
        _check_range("follow", self.follow, 0.0, 1.0)
        _check_range("variations", self.variations, 1, MAX_VARIATIONS)
        _check_range("fits", self.fits, 0, MAX_FITS)
        for name, (low, high) in _RANGES.items():
            _check_range(name, getattr(self, name), low, high)
        for name in ("input_device", "output_device"):  # JSON knows neither devices nor tuples
            object.__setattr__(self, name, device_key(getattr(self, name)))
        object.__setattr__(self, "inputs", input_choices(self.inputs))
        object.__setattr__(self, "texts", tuple(self.texts))
        _check_texts("texts", self.texts)
        for name in ("shortcuts", "pack", "by_checkpoint"):
            texts = getattr(self, name)
            _check_texts(name, (*texts.keys(), *texts.values()))
        if self.strength is not None:
            _check_range("strength", self.strength, MIN_STRENGTH, 1.0)
        if self.steps is not None:
            _check_range("steps", self.steps, 1, MAX_STEPS)
        if self.guidance is not None:
            _check_range("guidance", self.guidance, 0.0, MAX_GUIDANCE)

    @property
    def monitor(self) -> DeviceKey | None:
        """The loudspeaker on which the open microphone is heard; None for none."""
        return self.output_device if self.hears_microphone else None

    def with_changes(self, **changes: Any) -> Settings:
        """A copy with some fields replaced, validated again."""
        return replace(self, **changes)


_RANGES: Mapping[str, tuple[float, float]] = {
    "trim_threshold_db": (-80.0, -6.0),  # below the loudest moment of a take
    "input_gain_db": (-20.0, 40.0),
    "count_in_s": (0, 10),
    "sample_rate_hz": (8_000, 192_000),
    "buffer_frames": (32, 8192),
    "latency_ms": (20, 1000),
    "text_percent": (80, 200),
    "hands_free_db": (-80.0, 0.0),  # RMS, dBFS
}
_ENUMS: Mapping[str, type[Enum]] = {
    "language": Language,
    "theme": Theme,
    "vram_mode": VramMode,
    "start": Start,
    "sampler": SamplerName,
}
_TYPES: Mapping[Any, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "int | None": (int, type(None)),
    "float | None": (float, int, type(None)),
    "tuple[str, ...]": (list, tuple),
    "dict[str, str]": (dict,),
}


def load_settings(
    path: Path, migrations: Mapping[int, Migration] = MIGRATIONS
) -> tuple[Settings, str | None]:
    """The stored settings, and one sentence for the user if they could not be used.

    Settings that were migrated or healed are saved at once, after a copy of the old file was kept.
    migrations: from version N to N + 1.
    """
    newest = 1 + len(migrations)
    try:
        stored = as_object(read_json(path))
    except FileNotFoundError:
        return Settings(), None
    except (OSError, ValueError):
        return Settings(), _set_aside(path, "could not be read")
    version = stored.pop("version", None)
    bad: list[str] = []
    if type(version) is not int or version < 1:
        version = newest
        bad.append("version")
    if version > newest:
        return Settings(), _set_aside(path, f"were written by a newer QVIM Studio ({version})")
    if version < newest:
        _copy_beside(path, f"version-{version}")
    try:
        for number in range(version, newest):
            stored = migrations[number](stored)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Settings(), _set_aside(path, "could not be brought up to date")
    settings, impossible = _healed(stored)
    bad += impossible
    notice = _healing_note(path, bad) if bad else None
    if bad or version < newest:
        with suppress(OutputError):  # else the next start does the same again, with another copy
            save_settings(settings, path)
    return settings, notice


def _healed(stored: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Settings with every value that is possible, and the names of those that are not."""
    known = {entry.name: stored[entry.name] for entry in fields(Settings) if entry.name in stored}
    with suppress(UsageError, ValueError, TypeError):
        return Settings(**known), []
    settings, bad = Settings(), []
    for name, value in known.items():
        tries: list[tuple[str, Any]] = [(name, value)]
        if value and isinstance(value, dict) and isinstance(getattr(settings, name), dict):
            tries = [(f"{name}: {key}", {key: each}) for key, each in value.items()]
        elif value and isinstance(value, list):
            tries = [(name, [each]) for each in value]
        for title, part in tries:
            there = getattr(settings, name)
            try:
                if isinstance(there, dict) and isinstance(part, dict):
                    part = {**there, **part}
                elif isinstance(part, list):
                    part = [*there, *part]
                settings = settings.with_changes(**{name: part})
            except (UsageError, ValueError, TypeError):
                bad.append(title)
    return settings, list(dict.fromkeys(bad))


def _healing_note(path: Path, bad: Sequence[str]) -> str:
    copy = _copy_beside(path, "unused")
    kept = f" The file as it was is kept as {copy.name}." if copy else ""
    shown = ", ".join(bad[:LISTED_VALUES]) + (", …" if len(bad) > LISTED_VALUES else "")
    return (
        f"Some settings in {path} were not possible and have their defaults again: {shown}. "
        f"All others are kept.{kept}"
    )


def save_settings(settings: Settings, path: Path) -> None:
    """Save the settings completely or not at all."""
    values = {"version": SETTINGS_VERSION, **asdict(settings)}
    values = {key: v.value if isinstance(v, Enum) else v for key, v in values.items()}
    try:
        save_text(path, json.dumps(values, indent=2))
    except OSError as error:
        raise OutputError(
            f"The settings cannot be saved to {path}: {error.strerror}. "
            "Make that folder writable; until then changes last for this session only."
        ) from error


def _set_aside(path: Path, reason: str) -> str:
    copy = _copy_beside(path, "unused")
    kept = f"They are kept as {copy.name}." if copy else "They stay untouched until you save."
    return f"The settings in {path} {reason}; the studio starts with its defaults. {kept}"


def _copy_beside(path: Path, word: str) -> Path | None:
    """A copy with a name nobody has yet; None where it cannot be made."""
    number = 1
    while (copy := path.with_name(f"{path.stem}.{word}-{number}.json")).exists():
        number += 1
    try:
        shutil.copyfile(path, copy)
    except OSError:
        return None
    return copy


def _check_type(name: str, value: object, types: tuple[type, ...]) -> None:
    is_bool_for_number = isinstance(value, bool) and bool not in types
    if not isinstance(value, types) or is_bool_for_number:
        raise UsageError(
            f"The setting {name} must be {' or '.join(t.__name__ for t in types)}, "
            f"got {value!r}. Choose it again in the settings."
        )


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UsageError(
            f"The setting {name} must lie between {low} and {high}, got {value}. "
            "Choose a value in that range."
        )


def _check_texts(name: str, values: Iterable[object]) -> None:
    for value in values:
        _check_type(name, value, (str,))
