"""Writes what became of every row of a list as a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from qvim_studio.audio.files.reading import refused_folder, write_atomically
from qvim_studio.rendering.columns import TAKE
from qvim_studio.rendering.output_tree import PARTIAL_FOLDER
from qvim_studio.rendering.render_journal import RenderJournal

TABLE_FILE = "results.csv"
RESULTS = ("state", "files", "seconds", "tries", "error")
FILE_SEPARATOR = ";"


def write_results(journal: RenderJournal, columns: Sequence[str], folder: Path) -> Path:
    """Write the table of all rows, in the order of the list; returns its path.

    columns: of the list. Raises OutputError, leaving the former table.
    """
    given = [name for name in columns if name != TAKE]

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            table = csv.writer(file)
            table.writerow(["row", TAKE, *given, *RESULTS])
            for number, row in enumerate(journal.rows(), start=1):
                cells = [row.cells.get(name, "") for name in given]
                files = FILE_SEPARATOR.join(row.files)
                seconds = f"{row.seconds:.2f}" if row.files else ""
                table.writerow(
                    [number, row.take, *cells, row.state, files, seconds, row.tries, row.error]
                )

    table, partial = folder / TABLE_FILE, folder / PARTIAL_FOLDER / TABLE_FILE
    write_atomically(partial, write)
    try:
        partial.replace(table)
    except OSError as error:  # open in a spreadsheet on Windows
        raise refused_folder(folder, error) from error
    return table
