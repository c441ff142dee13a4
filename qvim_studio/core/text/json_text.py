"""Reads JSON from outside and checks its types; every fault raises ValueError."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError, for a text nested too deeply as well."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("its brackets are nested too deeply") from error


def read_json(path: Path) -> Any:
    """The value of a JSON file in UTF-8. Raises OSError and ValueError."""
    return parse_json(path.read_text(encoding="utf-8"))


def as_object(value: Any) -> dict[str, Any]:
    """The value, if it is a JSON object. Raises ValueError for every other kind."""
    if not isinstance(value, dict):
        raise ValueError(f"got {shown(value)}, expected names with their values")
    return value


def text_of(values: Mapping[str, Any], name: str, default: str) -> str:
    """The text of that name; ``default`` if it is absent, null or blank. Raises ValueError."""
    value = values.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"{name} is {shown(value)}, expected a text")
    if not is_unicode(value):
        raise ValueError(f"{name} holds half a character, expected whole ones")
    return value if value.strip() else default


def texts_of(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of texts of that name; empty if it is absent or null. Raises ValueError."""
    value = values.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(
        isinstance(each, str) and is_unicode(each) for each in value
    ):
        raise ValueError(f"{name} is {shown(value)}, expected a list of texts")
    return tuple(value)


def number_of(
    values: Mapping[str, Any], name: str, default: float, low: float, high: float
) -> float:
    """The number of that name, from ``low`` to ``high``; a whole number if ``default`` is one.

    ``default`` where it is absent or null. Raises ValueError.
    """
    value = values.get(name)
    if value is None:
        return default
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_kind = is_number and (isinstance(default, float) or isinstance(value, int))
    if not is_kind or not low <= value <= high:
        kind = "a number" if isinstance(default, float) else "a whole number"
        raise ValueError(f"{name} is {shown(value)}, expected {kind} from {low:g} to {high:g}")
    return value


def is_unicode(text: str) -> bool:
    """Whether a text has only whole characters, no halves of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: Any) -> str:
    """A value as a sentence shows it: in JSON's own words, short."""
    try:
        text = json.dumps(value, default=str)
    except (RecursionError, ValueError):
        text = "nested values"
    return text if len(text) <= 40 else f"{text[:39]}…"
