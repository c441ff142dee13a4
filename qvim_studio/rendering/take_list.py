"""Reads what is to be rendered: a table with a row for each take, or a folder of takes."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from qvim_studio.core.errors import StudioError, UsageError, reason_of
from qvim_studio.core.options import Option
from qvim_studio.core.request_fields import Holds
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.core.text.file_names import is_file, is_folder
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of
from qvim_studio.rendering.columns import CHECKPOINT, COLUMNS, TAKE, cell_value, column_name
from qvim_studio.rendering.row_request import IMITATION, RowRequest

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class ListedRow:
    """place: where the row stands, for sentences. take: as the list has it, "" for none. cells:
    the texts that it gives, by column."""

    place: str
    take: str
    cells: Mapping[str, str]


class TakeList:
    """A table or a folder.

    base: the folder that relative paths start from.
    """

    def __init__(self, source: Path, excluded: Path) -> None:
        """excluded: a folder whose sounds are results and no takes.

        Raises UsageError where there is neither a table nor a folder, and for a folder of takes
        that is the excluded one; StudioError for a table that cannot be read.
        """
        self._source = source
        self._excluded = excluded.resolve()
        self._is_folder = is_folder(source)
        if not self._is_folder and not is_file(source):
            raise UsageError(
                f"There is no table or folder “{source}”. Give a CSV with a row for each take, or "
                "a folder of takes."
            )
        if self._is_folder and source.resolve() == self._excluded:
            raise UsageError(
                f"The results would lie among the takes of {source}, where the next run would take "
                "them for takes. Choose another output folder."
            )
        self.base = source if self._is_folder else source.parent
        self._delimiter = DELIMITERS[0]
        self.columns: tuple[str, ...] = ()
        if not self._is_folder:
            self._read_header()

    def __iter__(self) -> Iterator[ListedRow]:
        """The rows in order.

        Raises StudioError for a table that breaks off or is no text, and for a folder that cannot
        be read.
        """
        return self._takes() if self._is_folder else self._rows()

    def _takes(self) -> Iterator[ListedRow]:
        for folder, folders, names in os.walk(self._source, onerror=self._refuse_folder):
            place = Path(folder)
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and (place / name).resolve() != self._excluded
            )
            for name in sorted(names):
                if not name.startswith(".") and Path(name).suffix.lower() in SOUND_SUFFIXES:
                    take = str((place / name).relative_to(self._source))
                    yield ListedRow(take, take, {})

    def _rows(self) -> Iterator[ListedRow]:
        lines = self._lines()
        next(lines, None)
        for number, cells in enumerate(lines, start=1):
            texts = [cell.strip() for cell in cells]
            if not any(texts):
                continue
            place = f"Row {number} of {self._source.name}"
            if len(texts) > len(self.columns):
                raise UsageError(
                    f"{place} has {len(texts)} cells under {len(self.columns)} columns. Put quotes "
                    "around cells that hold a separator."
                )
            given = {name: text for name, text in zip(self.columns, texts) if text}
            yield ListedRow(place, given.pop(TAKE, ""), given)

    def _read_header(self) -> None:
        try:
            with self._source.open(encoding="utf-8-sig", newline="") as file:
                line = file.readline()
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        self._delimiter = max(DELIMITERS, key=line.count)
        self.columns = tuple(column_name(text) for text in next(self._lines(), []))
        twice = [name for name, count in Counter(self.columns).items() if count > 1]
        if twice:
            raise UsageError(
                f"{self._source.name} has several columns {twice[0]!r}, expected one of each. "
                "Rename or remove them."
            )

    def _lines(self) -> Iterator[list[str]]:
        try:
            with self._source.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.reader(file, delimiter=self._delimiter)
        except (OSError, ValueError, csv.Error) as error:
            raise self._unreadable(error) from error

    def _refuse_folder(self, error: OSError) -> NoReturn:
        raise StudioError(
            f"{error.filename} cannot be looked through ({reason_of(error)}). Check that you may "
            "read the folder, or move it elsewhere."
        ) from error

    def _unreadable(self, error: Exception) -> StudioError:
        return StudioError(
            f"{self._source} is not a table that can be read ({reason_of(error)}). Export it as "
            "CSV in UTF-8."
        )


class RowReader:
    """Turns the rows of a list into what they ask for."""

    def __init__(self, base: Path, defaults: Mapping[str, Any], sounds: Mapping[str, str]) -> None:
        """base: where relative paths of rows start. defaults, sounds: see RowRequest; of rows that
        say nothing else."""
        self._base = base.absolute()  # wherever the command is run from, a row stays the same
        self._defaults = defaults
        self._sounds = sounds
        self._options: dict[str, Mapping[str, Option]] = {}

    def check_columns(self, rows: TakeList) -> None:
        """Raises UsageError for columns that no row of the list can use, and CheckpointError for a
        checkpoint that is not there."""
        unknown = [name for name in rows.columns if name != TAKE and name not in COLUMNS]
        known = {**self._options_of(str(self._defaults[CHECKPOINT]))}
        if CHECKPOINT in rows.columns and not known.keys() >= set(unknown):
            for checkpoint in {row.cells.get(CHECKPOINT, "") for row in rows} - {""}:
                known |= self._options_of(checkpoint)
        strange = [name for name in unknown if name not in known]
        if strange:
            own = [name for name in known if name not in COLUMNS]
            raise UsageError(
                f"The list has a column {strange[0]!r}, which is not known; known are "
                f"{', '.join((TAKE, *COLUMNS, *own))}. Rename or remove it."
            )

    def asked(self, take: str, cells: Mapping[str, str]) -> RowRequest:
        """What a row asks for. Raises UsageError for a text that is no value of its column,
        CheckpointError for an unknown checkpoint."""
        values, sounds = dict(self._defaults), dict(self._sounds)
        own: dict[str, str] = {}
        for name, text in cells.items():
            column = COLUMNS.get(name)
            if column is None:
                own[name] = text
            elif column.holds is Holds.SOUND:
                sounds[column.target] = self._path(text)
            elif column.holds is Holds.FOLDER:
                values[column.target] = self._path(text)
            else:
                values[column.target] = cell_value(name, text)
        if take:
            sounds[IMITATION] = self._path(take)
        options = self._options_of(str(values[CHECKPOINT]))
        if own:
            given = dict(values["options"])
            given |= {name: _option(options, name).parsed(text) for name, text in own.items()}
            values["options"] = given
        return RowRequest(values, sounds)

    def _path(self, text: str) -> str:
        return str(self._base / Path(text).expanduser())

    def _options_of(self, checkpoint: str) -> Mapping[str, Option]:
        if checkpoint not in self._options:
            found = find_checkpoint(checkpoint)
            described = family_of(found).describe(found).options
            self._options[checkpoint] = {option.name: option for option in described}
        return self._options[checkpoint]


def _option(options: Mapping[str, Option], name: str) -> Option:
    if name not in options:
        raise UsageError(
            f"the checkpoint has no option {name!r}; it has {', '.join(options) or 'none'}. Leave "
            "the cell empty."
        )
    return options[name]


def checked_rows(
    rows: Iterable[ListedRow], reader: RowReader
) -> Iterator[tuple[ListedRow, RowRequest]]:
    """Every row with what it asks for. Raises UsageError for the first one that is impossible,
    naming the row."""
    for row in rows:
        try:
            asked = reader.asked(row.take, row.cells)
            asked.check()
        except StudioError as error:
            raise UsageError(f"{row.place}: {error}") from error
        yield row, asked
