"""Checks values from scripts and JSON: known names, expected types."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any

from qvim_studio.core.errors import UsageError

Kinds = Mapping[str, tuple[type, ...]]
_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


def check_values(what: str, values: Mapping[str, Any], kinds: Kinds) -> None:
    """what: the thing that has these values, such as "a request".

    Raises UsageError for a name that is not in ``kinds``, or a value of none of its types. A whole
    number also counts as a number; true and false do not count as numbers.
    """
    for name, value in values.items():
        if name not in kinds:
            raise UsageError(
                f"{what[:1].upper()}{what[1:]} has no field {name!r}; it has {', '.join(kinds)}. "
                "Remove the field."
            )
        allowed = kinds[name]
        if type(value) in allowed or (type(value) is int and float in allowed):
            continue
        expected = " or ".join(dict.fromkeys(_NAMES[kind] for kind in allowed if kind in _NAMES))
        raise UsageError(f"{name} takes {expected}, got {value!r}. Give another value.")
