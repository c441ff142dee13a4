"""The table of what became of every row."""

from __future__ import annotations

import csv
from pathlib import Path

from qvim_studio.rendering.render_journal import JournalRow, RenderJournal
from qvim_studio.rendering.results_table import write_results


def test_every_row_stands_in_the_table_with_what_became_of_it(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    cells = {"text": "big, old", "seed": "3"}
    journal.plan(
        [JournalRow("a", "a.wav", cells), JournalRow("b", "", {}), JournalRow("c", "c", {})]
    )
    journal.finish("a", ["a_01.wav", "a_02.wav"], 1.234, 2)
    journal.fail("b", "It failed.", 3)
    table = write_results(journal, ("take", "text", "seed"), tmp_path)
    journal.close()
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["row", "take", "text", "seed", "state", "files", "seconds", "tries", "error"],
        ["1", "a.wav", "big, old", "3", "done", "a_01.wav;a_02.wav", "1.23", "2", ""],
        ["2", "", "", "", "failed", "", "", "3", "It failed."],
        ["3", "c", "", "", "waiting", "", "", "0", ""],
    ]
