from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scripted_engine
from pytestqt.qtbot import QtBot
from scripted_engine import make_variations

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import CancelledError, CheckpointError, OutputError, StudioError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.jobs.engine.engine_process import EngineProcess
from qvim_studio.jobs.engine.job import JobProgress, JobState
from qvim_studio.jobs.engine.job_queue import JobQueue

FOLDER = Path("results")


def request(text: str) -> GenerationRequest:
    return GenerationRequest(text=text, duration_s=0.2, variations=2)


def write_nothing(
    result: object, folder: Path, stem: str, written: object = ()
) -> tuple[object, ...]:
    return (str(folder), stem)


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder of the results is made."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue(scripted_engine.make_engine, write_nothing)
    yield queue
    assert queue.shutdown()


@pytest.fixture
def counting(qtbot: QtBot) -> Iterator[JobQueue]:
    """Of every sound it says that it was written."""
    queue = JobQueue(
        scripted_engine.make_engine,
        lambda result, folder, stem, written: ("written",) * len(result.variations),
    )
    yield queue
    assert queue.shutdown()


def test_a_job_runs_in_the_generation_thread_and_reports_in_ours(
    queue: JobQueue, qtbot: QtBot
) -> None:
    threads: list[object] = []
    progresses: list[object] = []
    queue.finished.connect(lambda finished: threads.append(threading.current_thread()))
    queue.progressed.connect(progresses.append)
    with qtbot.waitSignal(queue.finished) as finished:
        job = queue.submit(request("door"), FOLDER, "door")
    result = finished.args[0]
    assert result.job is job
    assert result.clips == ("results", "door")
    assert threads == [threading.main_thread()]
    assert [p.phase for p in progresses] == ["encode", *["denoise"] * 4, "decode", "write"]
    fractions = [p.fraction for p in progresses]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert queue.state(job) is JobState.FINISHED


def test_jobs_run_in_the_order_they_were_submitted(queue: JobQueue, qtbot: QtBot) -> None:
    done: list[str] = []
    queue.finished.connect(lambda finished: done.append(finished.job.request.text))
    for text in ("a", "b", "c"):
        queue.submit(request(text), FOLDER, text)
    assert [job.request.text for job in queue.waiting] == ["b", "c"]
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == ["a", "b", "c"]


def test_cancel_of_a_running_job_ends_it_without_an_error(queue: JobQueue, qtbot: QtBot) -> None:
    job = queue.submit(request("wait"), FOLDER, "wait")
    with qtbot.waitSignal(queue.progressed):
        pass
    with qtbot.waitSignal(queue.ended) as ended:
        queue.cancel(job)
    assert ended.args[0].error is None
    assert queue.state(job) is JobState.CANCELLED
    assert queue.running is None


def test_cancel_of_a_queued_job_never_starts_it(queue: JobQueue, qtbot: QtBot) -> None:
    running = queue.submit(request("wait"), FOLDER, "wait")
    queued = queue.submit(request("door"), FOLDER, "door")
    queue.cancel(queued)
    assert queue.state(queued) is JobState.CANCELLED
    assert queue.waiting == ()
    assert queue.state(running) is JobState.RUNNING
    with qtbot.waitSignal(queue.ended):
        queue.cancel(running)


def test_a_failed_job_reports_its_error_and_the_next_one_runs(
    queue: JobQueue, qtbot: QtBot
) -> None:
    errors: list[object] = []
    queue.ended.connect(lambda ended: errors.append(ended.error))
    with qtbot.waitSignal(queue.finished):
        failing = queue.submit(request("fail"), FOLDER, "fail")
        queue.submit(request("door"), FOLDER, "door")
    assert [type(error) for error in errors] == [CheckpointError]
    assert queue.state(failing) is JobState.FAILED


@pytest.mark.parametrize(
    ("then", "state", "kind"),
    [
        ("wait", JobState.CANCELLED, type(None)),
        ("fail", JobState.FAILED, CheckpointError),
        ("bug", JobState.FAILED, StudioError),
    ],
)
def test_what_has_arrived_when_a_job_ends_early_is_written(
    counting: JobQueue, qtbot: QtBot, then: str, state: JobState, kind: type
) -> None:
    queue = counting
    seen: list[JobProgress] = []
    queue.progressed.connect(seen.append)
    asked = request(f"2 then {then}").with_changes(variations=3)
    with qtbot.waitSignal(queue.finished) as finished:
        job = queue.submit(asked, FOLDER, "door")
        qtbot.waitUntil(lambda: sum(p.arrived is not None for p in seen) == 2)
        queue.cancel(job)
    (kept,) = finished.args
    assert not kept.is_whole and isinstance(kept.error, kind)
    assert queue.state(job) is state
    assert kept.clips == ("written", "written")
    arrived = [p.arrived for p in seen if p.arrived is not None]
    assert list(kept.result.variations) == arrived
    assert kept.result.notes == ("Scripted.", "Stopped: 2 of 3 sounds were made.")
    assert {p.variations for p in seen} == {3}


def test_what_arrived_twice_is_kept_once_and_the_best_comes_first(
    counting: JobQueue, qtbot: QtBot
) -> None:
    class Again(scripted_engine.ScriptedEngine):
        """Runs out of memory half-way, begins again, and is stopped then."""

        def generate(
            self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
        ) -> GenerationResult:
            for _ in range(2):
                for number, variation in enumerate(reversed(make_variations(request)), 1):
                    arrived = GenerationResult(request, scripted_engine.PROVENANCE, (variation,))
                    on_progress(Progress("decode", number, 3, None, arrived))
            raise CancelledError("Cancelled.")

    counting.replace_engine(Again)
    imitation = AudioClip.from_mono(np.full(4800, 0.1), 48_000)
    with qtbot.waitSignal(counting.finished) as finished:
        counting.submit(request("door").with_changes(imitation=imitation), FOLDER, "door")
    assert [v.similarity for v in finished.args[0].result.variations] == [0.9, 0.8]


def test_of_a_sketch_nothing_is_kept(queue: JobQueue, qtbot: QtBot) -> None:
    sketched: list[object] = []
    queue.sketched.connect(sketched.append)
    queue.finished.connect(sketched.append)
    queue.sketch(request("2 then fail"))
    qtbot.waitUntil(lambda: len(sketched) == 1)
    assert isinstance(sketched[0], CheckpointError)


def test_a_bug_in_an_engine_is_logged_and_told_neutrally(
    queue: JobQueue, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(queue.ended) as ended:
        queue.submit(request("bug"), FOLDER, "bug")
    assert "inside QVIM Studio" in str(ended.args[0].error)
    assert "ZeroDivisionError" in caplog.text


class FullDisk:
    """Takes nothing until there is room."""

    def __init__(self) -> None:
        self.is_full = True
        self.written: list[tuple[str, str, int]] = []

    def __call__(
        self, result: GenerationResult, folder: Path, stem: str, written: object = ()
    ) -> tuple[str, ...]:
        if self.is_full:
            raise OutputError("The disk is full. Free some space.")
        self.written.append((str(folder), stem, len(result.variations)))
        return (stem,)


@pytest.fixture
def disk() -> FullDisk:
    return FullDisk()


@pytest.fixture
def on_full_disk(disk: FullDisk, qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue(scripted_engine.make_engine, disk)
    yield queue
    assert queue.shutdown()


@pytest.mark.parametrize("text", ["door", "1 then fail"])
def test_what_cannot_be_written_is_given_back_and_saved_later(
    on_full_disk: JobQueue, disk: FullDisk, qtbot: QtBot, text: str
) -> None:
    queue = on_full_disk
    with qtbot.waitSignal(queue.ended) as ended:
        job = queue.submit(request(text), FOLDER, "door")
    (refused,) = ended.args
    assert isinstance(refused.error, OutputError) and queue.state(job) is JobState.FAILED
    made = refused.unsaved.result.variations
    assert len(made) == (2 if text == "door" else 1)
    with qtbot.waitSignal(queue.ended) as again:
        queue.save(refused.unsaved, FOLDER)
    disk.is_full = False
    progresses: list[JobProgress] = []
    queue.progressed.connect(progresses.append)
    with qtbot.waitSignal(queue.finished) as finished:
        queue.save(again.args[0].unsaved, Path("elsewhere"))
    (saved,) = finished.args
    assert disk.written == [("elsewhere", "door", len(made))]
    assert saved.result.variations == made and saved.clips == ("door",)
    assert saved.is_whole == (text == "door") and saved.job.id == job.id
    assert [p.phase for p in progresses] == ["write"]  # nothing was made again


def test_saving_comes_first_and_is_not_cancelled(
    on_full_disk: JobQueue, disk: FullDisk, qtbot: QtBot
) -> None:
    queue = on_full_disk
    with qtbot.waitSignal(queue.ended) as ended:
        queue.submit(request("door"), FOLDER, "door")
    disk.is_full = False
    queue.submit(request("wait"), FOLDER, "wait")
    queue.submit(request("bell"), FOLDER, "bell")
    queue.save(ended.args[0].unsaved, FOLDER)
    assert [job.stem for job in queue.waiting] == ["door", "bell"]
    with qtbot.waitSignal(queue.finished):
        queue.cancel_all()
    assert disk.written == [("results", "door", 2)]


def test_a_folder_that_takes_nothing_is_told_before_anything_is_made(
    queue: JobQueue, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "results").write_text("a file")
    progresses: list[JobProgress] = []
    queue.progressed.connect(progresses.append)
    with qtbot.waitSignal(queue.ended) as ended:
        queue.submit(request("door"), FOLDER, "door")
    (refused,) = ended.args
    assert isinstance(refused.error, OutputError) and "results" in str(refused.error)
    assert refused.unsaved is None and progresses == []
    with qtbot.waitSignal(queue.sketched):
        queue.sketch(request("door"))


def test_another_engine_is_used_after_replacement_and_the_old_one_is_closed(qtbot: QtBot) -> None:
    made: list[scripted_engine.ScriptedEngine] = []

    def make() -> scripted_engine.ScriptedEngine:
        made.append(scripted_engine.ScriptedEngine())
        return made[-1]

    queue = JobQueue(make, write_nothing)
    with qtbot.waitSignal(queue.finished):
        queue.submit(request("a"), FOLDER, "a")
    queue.replace_engine(make)
    with qtbot.waitSignal(queue.finished):
        queue.submit(request("b"), FOLDER, "b")
    assert [engine.closed for engine in made] == [True, False]
    queue.shutdown()
    assert [engine.closed for engine in made] == [True, True]


def test_shutdown_during_a_job_cancels_it(qtbot: QtBot) -> None:
    queue = JobQueue(scripted_engine.make_engine, write_nothing)
    with qtbot.waitSignal(queue.progressed):
        queue.submit(request("wait"), FOLDER, "wait")
    assert queue.shutdown()


def test_emitting_signals_keeps_the_reference_count_of_true(queue: JobQueue) -> None:
    """PySide6 6.12.0 on Python below 3.12 lost one reference of True with every emit."""
    received: list[object] = []
    queue.changed.connect(lambda: received.append(None))
    queue.progressed.connect(received.append)
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(500):
        queue.changed.emit()
        queue.progressed.emit(True)
    received.clear()
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert after[0] >= before[0] - 50
    assert after[1] >= before[1] - 50


def test_a_cancelled_job_that_goes_on_computing_never_costs_the_next_one(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def make_engine() -> EngineProcess:
        return EngineProcess("scripted_engine:make_engine", 0.05, 0.3)

    queue = JobQueue(make_engine, write_nothing)
    ended: list[object] = []
    queue.ended.connect(ended.append)
    deaf = queue.submit(request("deaf 60"), FOLDER, "deaf")
    following = queue.submit(request("door"), FOLDER, "door")
    with qtbot.waitSignal(queue.progressed):
        pass
    with qtbot.waitSignal(queue.finished) as finished:
        queue.cancel(deaf)
    assert finished.args[0].job is following and finished.args[0].is_whole
    assert [(one.job, one.error) for one in ended] == [(deaf, None)]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert queue.shutdown()
