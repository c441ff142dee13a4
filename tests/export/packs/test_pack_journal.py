"""A killed export resumes from the whole lines of its journal and takes over unchanged sounds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pack_clips import packed

from qvim_studio.export.files.metadata import Loop
from qvim_studio.export.packs.pack_journal import JOURNAL_FILE, PLAN_FILE, Journal, entry_of, row_of


@pytest.mark.parametrize("loop", [None, Loop(0, 9)])
def test_measured_values_come_back_from_the_journal(loop: Loop | None) -> None:
    entry = packed(loop=loop)
    row = row_of(entry)
    assert row["path"] == "ANIMALS/big dog.wav"
    assert entry_of(entry.clip, {**row, "of_tomorrow": 1}) == entry


def test_an_interrupted_run_of_the_same_plan_is_resumed_and_of_another_removed(
    tmp_path: Path,
) -> None:
    entry = packed()
    first = Journal.open(tmp_path / "staging", "plan 1")
    assert not first.has_entries and first.reusable_bytes == 0
    first.add(entry)
    again = Journal.open(tmp_path / "staging", "plan 1")
    assert (again.has_entries, again.reusable_bytes, again.date) == (True, 99, first.date)
    other = Journal.open(tmp_path / "staging", "plan 2")
    assert not other.has_entries
    assert [path.name for path in (tmp_path / "staging").iterdir()] == ["plan.json"]


def test_a_finished_sound_is_taken_over_only_as_it_was_written(tmp_path: Path) -> None:
    data = b"RIFF"
    entry = packed(sha256=hashlib.sha256(data).hexdigest())
    journal = Journal.open(tmp_path / "staging", "plan")
    journal.add(entry)
    journal = Journal.open(tmp_path / "staging", "plan")
    assert journal.reuse(entry.clip, tmp_path) is None
    path = tmp_path / entry.clip.path
    path.parent.mkdir()
    for content, reused in ((b"torn", None), (data, (entry, data))):
        path.write_bytes(content)
        assert journal.reuse(entry.clip, tmp_path) == reused
    assert journal.reused == 1
    assert journal.reuse(packed("cat").clip, tmp_path) is None


def test_a_line_that_a_kill_cut_off_is_passed_over_and_the_others_count(tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    Journal.open(folder, "plan").add(packed("dog", size=3))
    with (folder / JOURNAL_FILE).open("a", encoding="ascii") as file:
        file.write('{"path": "ANIM\n{"size": 1}\n[]\n')
    Journal.open(folder, "plan").add(packed("cat", size=4))
    with (folder / JOURNAL_FILE).open("a", encoding="ascii") as file:
        file.write('{"path": "ANIMALS/owl.wav", "size": 5}')
    assert Journal.open(folder, "plan").reusable_bytes == 7


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}"])
def test_a_plan_that_cannot_be_read_begins_a_new_run(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "staging"
    Journal.open(folder, "plan").add(packed())
    (folder / PLAN_FILE).write_text(text, encoding="ascii")
    assert not Journal.open(folder, "plan").has_entries
