"""Real processes with a scripted engine: one that dies costs one row a try, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import psutil
import pytest

from qvim_studio.jobs.child.child_process import ChildProcess, ready_children
from qvim_studio.jobs.child.messages import Finished
from qvim_studio.rendering.local_workers import LocalWorkers
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.render_journal import JournalRow, RenderJournal
from qvim_studio.rendering.row_limits import RowLimits
from qvim_studio.rendering.row_request import usual_values
from qvim_studio.rendering.scheduling import RenderRun, Returned

ROWS = 12


def read_order(row: JournalRow) -> RenderOrder:
    values = usual_values() | {"text": row.cells["text"], "duration_s": 0.2, "variations": 1}
    return RenderOrder(row.key, row.cells["text"], values, {})


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_worker_that_is_killed_or_dies_loses_and_repeats_no_clip(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = RenderJournal(tmp_path)
    texts = [f"rain {number}" for number in range(ROWS)] + ["die"]
    journal.plan([JournalRow(f"k{n}", "", {"text": text}) for n, text in enumerate(texts)])
    workers = LocalWorkers("scripted_engine:make_engine", [{"QVIM_TEST": "a"}, {"QVIM_TEST": "b"}])
    ended: list[str] = []
    started_with: set[str] = set()

    def on_row(row: JournalRow, error: str) -> None:
        ended.append(row.cells["text"])
        if len(ended) == ROWS // 2:
            for child in workers._busy:
                assert child.process is not None and child.process.pid
                with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
                    # What the system gave the process, before anything was imported.
                    started_with.add(psutil.Process(child.process.pid).environ()["QVIM_TEST"])
                    os.kill(child.process.pid, signal.SIGKILL)

    try:
        RenderRun(journal, workers, tmp_path, read_order, 1, on_row).run()
    finally:
        workers.close()
    *rows, dead = journal.rows()
    journal.close()
    assert sorted(ended) == sorted(texts)
    assert started_with and started_with <= {"a", "b"} and "QVIM_TEST" not in os.environ
    assert [row.state for row in rows] == ["done"] * ROWS
    made = sorted(path.name for path in tmp_path.glob("*.wav"))
    assert made == sorted(name for row in rows for name in row.files) and len(made) == ROWS
    assert (dead.state, dead.tries) == ("failed", 2) and "exit status 7" in dead.error


class QuickLimits(RowLimits):
    """Hardly any time for rows that hang."""

    def limit_s(self, order: RenderOrder) -> float:
        return 0.2 if order.title.startswith("deaf") else 60.0


def test_a_worker_that_hangs_is_replaced_and_its_row_is_tried_once_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = RenderJournal(tmp_path)
    texts = ["deaf 60", "rain", "wind"]
    journal.plan([JournalRow(f"k{n}", "", {"text": text}) for n, text in enumerate(texts)])
    workers = LocalWorkers("scripted_engine:make_engine", [{}], QuickLimits())
    ended: list[str] = []
    try:
        RenderRun(
            journal, workers, tmp_path, read_order, 5, lambda row, e: ended.append(row.key)
        ).run()
    finally:
        workers.close()
    hung, *rows = journal.rows()
    journal.close()
    assert (hung.state, hung.tries) == ("failed", 2) and ended == ["k1", "k2", "k0"]
    assert "The worker gave no answer within 0 min and was ended." in hung.error
    assert [(row.state, row.tries) for row in rows] == [("done", 1)] * 2


def test_an_answer_that_came_late_but_is_there_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, receive, looks = [0.0], ChildProcess.receive, [0]
    limits = RowLimits(first_least_s=1.0, learned_least_s=1.0)
    workers = LocalWorkers("scripted_engine:make_engine", [{}], limits, lambda: now_s[0])

    def receive_log_first(child: ChildProcess, timeout_s: float) -> object:
        looks[0] += 1
        return receive(child, timeout_s) if looks[0] > 1 else None

    monkeypatch.setattr(ChildProcess, "receive", receive_log_first)
    try:
        workers.give(read_order(JournalRow("k", "", {"text": "rain"})))
        (child,) = workers._busy
        assert ready_children([child], 30.0)
        now_s[0] = 1e6
        assert workers.wait(0.0) == []  # a line of its log came before the answer
        (returned,) = workers.wait(0.0)
    finally:
        workers.close()
    assert isinstance(returned.answer, Finished) and returned.late_s is None
    assert limits.limit_s(returned.order) < 1.0 + 10 * 30.0  # of what it took


def test_an_order_that_no_child_took_comes_back_before_another_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers = LocalWorkers("scripted_engine:make_engine", [{}])

    def refuse(child: ChildProcess, message: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(ChildProcess, "send", refuse)
    monkeypatch.setattr(ChildProcess, "bury_reported", lambda child: "exit status 7")
    order = RenderOrder("k", "rain", {}, {})
    workers.give(order)
    assert not workers.has_room()
    assert workers.wait(0.0) == [Returned(order, None, "exit status 7")]
    assert workers.has_room()
