"""Every row is made once, whoever dies; what cannot be made is given up and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_workers import InlineWorkers

from qvim_studio.core.errors import AudioFileError, EngineError, OutputError, UsageError
from qvim_studio.jobs.child.messages import Crashed, Failed
from qvim_studio.rendering import scheduling
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.render_journal import JournalRow, RenderJournal
from qvim_studio.rendering.scheduling import RenderRun


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[RenderJournal]:
    journal = RenderJournal(tmp_path)
    yield journal
    journal.close()


def plan(journal: RenderJournal, *takes: str) -> None:
    journal.plan([JournalRow(f"k{number}", take, {}) for number, take in enumerate(takes)])


def read_order(row: JournalRow) -> RenderOrder:
    if "absent" in row.take:
        raise AudioFileError(f"{row.take} cannot be opened.")
    return RenderOrder(row.key, Path(row.take).stem, {}, {})


def render_all(
    journal: RenderJournal, workers: InlineWorkers, folder: Path, retries: int = 1
) -> dict[str, str]:
    """What was wrong with each row that ended."""
    ended: dict[str, str] = {}
    RenderRun(
        journal, workers, folder, read_order, retries, lambda row, e: ended.update({row.take: e})
    ).run()
    return ended


def files_in(folder: Path) -> list[str]:
    found = (path for path in folder.glob("*") if path.suffix in (".wav", ".json"))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def test_rows_are_made_in_order_with_a_bounded_number_out(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, "a.wav", "b.wav", "c.wav")
    workers = InlineWorkers(capacity=2)
    assert render_all(journal, workers, tmp_path) == {"a.wav": "", "b.wav": "", "c.wav": ""}
    assert workers.given == ["a", "b", "c"] and workers.most_out == 2
    assert files_in(tmp_path) == sorted(
        f"{name}_01.{kind}" for name in ("a-k0", "b-k1", "c-k2") for kind in ("wav", "json")
    )
    assert [row.files for row in journal.rows()] == [
        ("a-k0_01.wav",),
        ("b-k1_01.wav",),
        ("c-k2_01.wav",),
    ]


def test_a_row_whose_worker_ended_is_made_by_another_once(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, "a.wav", "b.wav")
    workers = InlineWorkers(mishaps={"a": ["lost"]})
    assert render_all(journal, workers, tmp_path) == {"b.wav": "", "a.wav": ""}
    assert workers.given == ["a", "b", "a"]
    assert [(row.state, row.tries) for row in journal.rows()] == [("done", 2), ("done", 1)]


def test_free_workers_have_their_next_rows_before_files_are_written(
    journal: RenderJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(journal, "a.wav", "b.wav", "c.wav")
    workers = InlineWorkers(capacity=1)
    given_at_write: list[list[str]] = []

    def write(*what: object, is_spread: bool) -> list[str]:
        given_at_write.append(list(workers.given))
        return []

    monkeypatch.setattr(scheduling, "write_row", write)
    render_all(journal, workers, tmp_path)
    assert given_at_write == [["a", "b"], ["a", "b", "c"], ["a", "b", "c"]]


@pytest.mark.parametrize(("retries", "tries"), [(5, 2), (0, 1)])
def test_a_row_whose_worker_hung_is_tried_once_more_at_most(
    retries: int, tries: int, journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, "a.wav", "b.wav")
    workers = InlineWorkers(mishaps={"a": ["late"] * 6})
    ended = render_all(journal, workers, tmp_path, retries)
    assert ended["a.wav"].startswith("The worker gave no answer within 10 min and was ended.")
    assert [(row.state, row.tries) for row in journal.rows()] == [("failed", tries), ("done", 1)]


def test_an_order_that_was_not_begun_is_not_held_against_its_row(
    journal: RenderJournal, tmp_path: Path
) -> None:
    plan(journal, "a.wav")
    workers = InlineWorkers(mishaps={"a": ["unused", "unused", "unused"]})
    render_all(journal, workers, tmp_path, retries=0)
    assert [(row.state, row.tries) for row in journal.rows()] == [("done", 1)]


@pytest.mark.parametrize(
    ("mishap", "words"),
    [
        ("lost", "The worker ended unexpectedly (exit status 7)."),
        (Failed(1, EngineError("The memory is full.")), "The memory is full."),
        (Crashed(1, "a trace"), "Rendering failed because of an error inside QVIM Studio"),
    ],
)
def test_a_row_is_given_up_after_its_retries(
    mishap: object,
    words: str,
    journal: RenderJournal,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    plan(journal, "a.wav", "b.wav")
    workers = InlineWorkers(mishaps={"a": [mishap] * 3})
    ended = render_all(journal, workers, tmp_path, retries=2)
    assert ended["a.wav"].startswith(words) and ended["b.wav"] == ""
    first, second = journal.rows()
    assert (first.state, first.tries, second.state) == ("failed", 3, "done")
    assert first.error == ended["a.wav"]


def test_what_would_fail_again_is_not_tried_again(journal: RenderJournal, tmp_path: Path) -> None:
    plan(journal, "absent.wav", "a.wav")
    workers = InlineWorkers(mishaps={"a": [Failed(1, UsageError("Choose another."))]})
    ended = render_all(journal, workers, tmp_path, retries=5)
    assert ended == {"absent.wav": "absent.wav cannot be opened.", "a.wav": "Choose another."}
    assert workers.given == ["a"]


def test_a_kill_between_files_and_journal_makes_the_same_files_again(
    journal: RenderJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(journal, "a.wav", "b.wav", "c.wav")
    finish = RenderJournal.finish

    def die_at_b(self: RenderJournal, key: str, *what: object) -> None:
        if key == "k1":
            raise KeyboardInterrupt
        finish(self, key, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(RenderJournal, "finish", die_at_b)
    with pytest.raises(KeyboardInterrupt):
        render_all(journal, InlineWorkers(), tmp_path)
    monkeypatch.setattr(RenderJournal, "finish", finish)
    kept = (tmp_path / "a-k0_01.wav").stat().st_mtime_ns
    assert len(files_in(tmp_path)) == 4  # of b, too
    plan(journal, "a.wav", "b.wav", "c.wav")
    workers = InlineWorkers()
    render_all(journal, workers, tmp_path)
    assert workers.given == ["b", "c"]
    assert len(files_in(tmp_path)) == 6
    assert (tmp_path / "a-k0_01.wav").stat().st_mtime_ns == kept


def test_a_full_disk_ends_the_run_and_fails_no_row(
    journal: RenderJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(journal, "a.wav")

    def refuse(*what: object, is_spread: bool) -> None:
        raise OutputError("The disk is full. Make room.")

    monkeypatch.setattr(scheduling, "write_row", refuse)
    with pytest.raises(OutputError, match="disk is full"):
        render_all(journal, InlineWorkers(), tmp_path)
    assert [row.state for row in journal.rows()] == ["waiting"]
