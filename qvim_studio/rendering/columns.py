"""The columns of a list of takes: each is a field of a request, read from a text."""

from __future__ import annotations

from collections.abc import Mapping

from qvim_studio.core.errors import UsageError
from qvim_studio.core.request_fields import REQUEST_FIELDS, PlainValue, RequestField

TAKE = "take"
CHECKPOINT = "checkpoint"
COLUMNS: Mapping[str, RequestField] = {field.column: field for field in REQUEST_FIELDS.values()}


def cell_value(name: str, text: str) -> PlainValue:
    """The value of a cell, ready for JSON. Raises UsageError for a text that is no such value."""
    column = COLUMNS[name]
    try:
        return column.of_text(text)
    except ValueError as error:
        raise UsageError(f"{name} is {text!r}, expected {column.expected}.") from error


def column_name(text: str) -> str:
    """A heading as columns are called: "Start-From " is start_from."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")
