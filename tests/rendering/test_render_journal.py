"""What the journal remembers between runs, whatever ends them and however the list changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.errors import OutputError
from qvim_studio.rendering.render_journal import JOURNAL_FILE, JournalRow, RenderJournal, RowCounts


def rows(*keys: str) -> list[JournalRow]:
    return [JournalRow(key, f"{key}.wav", {"seed": "3"}) for key in keys]


def keys_of(journal: RenderJournal) -> list[str]:
    return [row.key for row in journal.waiting()]


def test_rows_that_are_made_stay_made_in_the_next_run(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a", "b", "c"))
    (tmp_path / "b_01.wav").touch()
    journal.finish("b", ["b_01.wav"], 1.5, 2)
    journal.close()
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a", "b", "c"))
    assert keys_of(journal) == ["a", "c"] and journal.counts() == RowCounts(2, 1, 0)
    (made,) = journal.rows("done")
    assert made == JournalRow("b", "b.wav", {"seed": "3"}, "done", 2, ("b_01.wav",), 1.5)
    journal.close()


def test_a_row_whose_files_are_gone_is_made_again(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a"))
    journal.finish("a", ["a_01.wav"], 1.0, 1)
    journal.plan(rows("a"))
    assert keys_of(journal) == ["a"]
    journal.close()


def test_failed_rows_are_tried_again_in_the_next_run(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a", "b"))
    journal.fail("a", "It is no audio.", 3)
    assert keys_of(journal) == ["b"] and journal.counts() == RowCounts(1, 0, 1)
    assert [(row.error, row.tries) for row in journal.rows("failed")] == [("It is no audio.", 3)]
    journal.plan(rows("a", "b"))
    assert [(row.key, row.tries, row.error) for row in journal.rows()] == [
        ("a", 0, ""),
        ("b", 0, ""),
    ]
    journal.close()


def test_a_list_may_grow_shrink_and_be_sorted(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a", "b"))
    (tmp_path / "a.wav").touch()
    journal.finish("a", ["a.wav"], 1.0, 1)
    journal.plan(rows("c", "b", "a"))
    assert [row.key for row in journal.rows()] == ["c", "b", "a"] and keys_of(journal) == ["c", "b"]
    journal.plan(rows("c"))
    assert journal.counts() == RowCounts(1, 0, 0)
    journal.plan(rows("a"))
    assert journal.counts() == RowCounts(0, 1, 0)
    journal.close()


def test_a_refused_list_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a"))

    def broken():
        yield from rows("b")
        raise ValueError("row 2 is impossible")

    with pytest.raises(ValueError, match="row 2"):
        journal.plan(broken())
    assert keys_of(journal) == ["a"]
    journal.close()


def test_rows_are_read_a_few_at_a_time_in_order(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path, read_rows=3)
    journal.plan(rows(*(f"{number}" for number in range(8))))
    found = []
    for row in journal.waiting():
        found.append(row.key)
        journal.fail(row.key, "x", 1)  # as a run does between two of them
    assert found == [f"{number}" for number in range(8)]
    journal.close()


def test_many_rows_are_spread_over_folders_for_good(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path, many_rows=2)
    journal.plan(rows("a", "b"))
    assert journal.is_spread
    journal.plan(rows("a"))
    assert journal.is_spread
    journal.close()


def test_a_file_that_is_no_journal_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(OutputError, match="cannot be used"):
        RenderJournal(tmp_path)


def test_a_row_that_is_made_again_lists_no_files_meanwhile(tmp_path: Path) -> None:
    journal = RenderJournal(tmp_path)
    journal.plan(rows("a"))
    journal.finish("a", ["a_01.wav", "a_02.wav"], 1.5, 1)
    (tmp_path / "a_01.wav").touch()
    journal.plan(rows("a"))
    (row,) = journal.rows()
    journal.close()
    assert (row.state, row.files, row.seconds) == ("waiting", (), 0.0)
