"""Reads the tables of data sets: CSV, semicolons and tabs, with a header or without one."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qvim_studio.core.errors import StudioError, UsageError, reason_of
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.json_text import parse_json

DELIMITERS = ",;\t"  # spreadsheets write the second where the comma stands in numbers
REST = "*"  # key of the cells beyond the header, joined by tabs


def read_rows(table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table with at least these columns. Values are stripped; absent ones are empty.

    Raises StudioError if it cannot be read or is empty, UsageError where a column is missing.
    """
    return parse_rows(table_lines(table), table, columns)


def parse_rows(lines: Sequence[str], table: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows with stripped values; raises StudioError where a column is missing or all rows are."""
    reader = csv.DictReader(lines, restkey=REST, restval="", delimiter=_delimiter(lines))
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        rows = [{key: _stripped(value) for key, value in row.items()} for row in reader]
    except csv.Error as error:
        raise StudioError(f"{table} is not a readable CSV ({error}). Export it again.") from error
    missing = [name for name in columns if name not in names]
    if missing:
        raise UsageError(
            f"{table} has no column {', '.join(missing)}; it has {', '.join(names) or 'nothing'}. "
            f"Expected at least {', '.join(columns)}."
        )
    if not rows:
        raise StudioError(f"{table} names no recordings, expected one in each row. Fill it.")
    return rows


def table_columns(table: Path) -> list[str]:
    """The names of the columns; empty for a file that is no table. Only the header is read."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            header = [file.readline()]
        return [name.strip() for name in next(csv.reader(header, delimiter=_delimiter(header)))]
    except (OSError, ValueError, csv.Error, StopIteration):
        return []


def listed_names(table: Path) -> list[str]:
    """Names of sound files, one a line, with or without a header."""
    names = [line.strip().strip('"') for line in table_lines(table)]
    return [name for name in names if Path(name).suffix.lower() in SOUND_SUFFIXES]


def table_lines(table: Path) -> list[str]:
    """Lines with their ends, for a quoted name may hold one. Raises StudioError for a file that is
    not text."""
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not text in UTF-8" if isinstance(error, ValueError) else reason_of(error)
        raise StudioError(
            f"The table {table} cannot be read: {why}. Give a CSV file in UTF-8."
        ) from error
    if "\0" in text:
        raise StudioError(
            f"The table {table} cannot be read: it contains NUL bytes. Export it "
            "again as CSV in UTF-8."
        )
    return list(io.StringIO(text, newline=""))


def number_in(text: str | None) -> float:
    """The number of a cell, with a decimal point or comma; 0 for an empty cell and for text."""
    try:
        number = float((text or "0").replace(",", "."))
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object of a file. Raises StudioError for anything else."""
    try:
        content = parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise StudioError(
            f"{path} cannot be read ({reason_of(error)}). Expected a JSON object. Unpack the data "
            "set again."
        ) from error
    if not isinstance(content, dict):
        raise StudioError(
            f"{path} holds no JSON object, which was expected. Unpack the data set again."
        )
    return content


def _delimiter(lines: Sequence[str]) -> str:
    header = lines[0] if lines else ""
    return max(DELIMITERS, key=header.count)


def _stripped(value: str | list[str]) -> str:
    return value.strip() if isinstance(value, str) else "\t".join(value).strip()
