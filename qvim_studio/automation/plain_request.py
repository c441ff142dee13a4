"""A request in the plain values that Python and JSON share: files as texts, choices by names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypedDict

from qvim_studio.automation.plain_values import check_values
from qvim_studio.automation.request_form import RequestForm
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.core.request_fields import REQUEST_FIELDS, RequestField

PathLike = str | Path
OPTIONS = "options"
FILES = frozenset(name for name, known in REQUEST_FIELDS.items() if known.holds is not None)


class RequestFields(TypedDict, total=False):
    """The fields of a request that calls of ``Studio`` take by name, besides their own: those of
    REQUEST_FIELDS, for type checkers."""

    trim: bool
    timbre: str | Path | None
    start_from: str | Path | None
    library: str | Path | None
    negative_text: str
    balance: float | None
    follow: float
    duration_s: float | None
    fits: int
    steps: int | None
    guidance: float | None
    sampler: str
    start: str | None
    strength: float | None
    clean_pauses: bool
    loop: bool
    extend_bandwidth: bool
    upscaler: str
    light: bool
    vram_mode: str


class MakingFields(RequestFields, total=False):
    """What calls that make sounds of sounds take besides; see ``Studio.generate``."""

    folder: str | Path | None
    checkpoint: str
    variations: int
    seed: int
    options: Mapping[str, bool | int | float | str] | None
    on_progress: OnProgress | None
    is_cancelled: IsCancelled | None


CALL_FIELDS = frozenset({"folder", "on_progress", "is_cancelled"})  # which no request holds


# What each field takes, also as JSON has it; the take is given beside them.
FORM_KINDS: dict[str, tuple[type, ...]] = {
    **{name: (known.kind,) for name, known in REQUEST_FIELDS.items()},
    OPTIONS: (dict,),
}


def make_form(take: AudioClip | PathLike | None, values: Mapping[str, Any]) -> RequestForm:
    """A form from plain values. None means a field's default.

    Raises UsageError for a field, a type or a choice that there is not.
    """
    filled = {name: _plain(value) for name, value in values.items() if value is not None}
    check_values("a request", filled, FORM_KINDS)
    options = OptionValues(filled.pop(OPTIONS, {}))
    for name, value in filled.items():
        _check_choice(REQUEST_FIELDS[name], value)
    return RequestForm(None if take is None else sound_of(take), filled, options)


def mode_named(name: str) -> VramMode:
    """Raises UsageError for no name of a memory mode."""
    known = REQUEST_FIELDS["vram_mode"]
    _check_choice(known, name)
    return known.of_plain(name)


def sound_of(take: AudioClip | PathLike) -> AudioClip | Path:
    """A clip as it is, and the path that a text names."""
    return Path(take) if isinstance(take, str) else take


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def _check_choice(known: RequestField, value: Any) -> None:
    try:
        known.of_plain(value)
    except ValueError as error:
        raise UsageError(
            f"{known.name} takes one of {known.choice_names}, got {value!r}. Choose one of them."
        ) from error
