from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, EngineError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GpuUse, Progress
from qvim_studio.jobs.engine.engine_process import EngineProcess
from qvim_studio.jobs.engine.gpu_board import GpuBoard, GpuMeter

FACTORY = "scripted_engine:make_engine"


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(FACTORY)
    yield engine
    engine.close()
    assert not multiprocessing.active_children()


@pytest.fixture
def patient() -> Iterator[EngineProcess]:
    """Gives a cancelled job up soon, and its child a long time."""
    engine = EngineProcess(FACTORY, cancel_grace_s=0.05)
    yield engine
    engine.close()


@pytest.fixture
def impatient() -> Iterator[EngineProcess]:
    """Gives a cancelled job up soon, and its child too."""
    engine = EngineProcess(FACTORY, cancel_grace_s=0.05, abandoned_limit_s=0.3)
    yield engine
    engine.close()
    assert not multiprocessing.active_children()


def generate(engine: EngineProcess, text: str, **options: object) -> tuple[object, list[Progress]]:
    seen: list[Progress] = []
    request = GenerationRequest(text=text, duration_s=0.2, variations=1)
    is_cancelled = options.get("is_cancelled", lambda: False)
    return engine.generate(request, seen.append, is_cancelled), seen


def test_result_and_progress_come_back_from_the_child(engine: EngineProcess) -> None:
    result, seen = generate(engine, "door")
    assert result.request.text == "door"
    assert result.variations[0].clip.samples.shape == (9600, 1)
    assert [p.phase for p in seen] == ["load", "encode", *["denoise"] * 4, "decode"]
    assert engine.process_id != os.getpid()


def test_errors_of_the_world_keep_their_kind_and_text(engine: EngineProcess) -> None:
    with pytest.raises(CheckpointError, match="The checkpoint is gone"):
        generate(engine, "fail")


def test_a_bug_becomes_a_neutral_sentence_and_the_child_lives_on(
    engine: EngineProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(EngineError, match="inside QVIM Studio"):
        generate(engine, "bug")
    assert "ZeroDivisionError" in caplog.text
    first = engine.process_id
    generate(engine, "door")
    assert engine.process_id == first


def test_a_child_that_died_costs_one_job_only(engine: EngineProcess) -> None:
    with pytest.raises(EngineError, match="exit status 7"):
        generate(engine, "die")
    result, _ = generate(engine, "door")
    assert result.variations


def test_what_arrived_before_a_child_died_is_there(engine: EngineProcess) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(text="2 then die", duration_s=0.2, variations=3)
    with pytest.raises(EngineError, match="exit status 7"):
        engine.generate(request, seen.append, lambda: False)
    arrived = [p.arrived for p in seen if p.arrived is not None]
    assert [one.variations[0].seed for one in arrived] == [0, 1]
    assert arrived[1].variations[0].clip.samples.shape == (9600, 1)


def test_a_child_killed_between_jobs_is_replaced(engine: EngineProcess) -> None:
    engine.prepare("starter", VramMode.CPU)
    first = engine.process_id
    os.kill(first, 9)
    deadline = time.monotonic() + 5
    while engine._child.process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    result, _ = generate(engine, "door")
    assert result.variations
    assert engine.process_id != first


def test_cancel_ends_the_job_between_two_steps(engine: EngineProcess) -> None:
    seen: list[Progress] = []
    request = GenerationRequest(text="wait", variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "denoise" for p in seen))
    result, _ = generate(engine, "door")
    assert result.variations


def test_cancel_does_not_wait_for_a_child_that_does_not_look(patient: EngineProcess) -> None:
    engine = patient
    seen: list[Progress] = []
    request = GenerationRequest(text="deaf 0.6", variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "encode" for p in seen))
    first = engine.process_id
    result, _ = generate(engine, "door")
    assert result.request.text == "door"
    assert engine.process_id == first


def test_what_arrives_late_blocks_no_request_that_is_as_large(patient: EngineProcess) -> None:
    engine = patient
    seen: list[Progress] = []
    late = GenerationRequest(text="late 0.6", duration_s=10.0, variations=1)  # 2 MB
    with pytest.raises(CancelledError):
        engine.generate(late, seen.append, lambda: any(p.phase == "encode" for p in seen))
    take = AudioClip(np.zeros((480_000, 1), np.float32), 48_000)
    time.sleep(0.8)  # the child waits for somebody who takes its sound
    watchdog = threading.Timer(10.0, os.kill, (engine.process_id, 9))
    watchdog.start()
    request = GenerationRequest(imitation=take, text="door", duration_s=0.2, variations=1)
    assert engine.generate(request, seen.append, lambda: False).request.text == "door"
    watchdog.cancel()
    watchdog.join()


def cancel_deaf(engine: EngineProcess, text: str = "deaf 60") -> int:
    """Run a job that does not hear its cancel; returns the child that is left computing it."""
    seen: list[Progress] = []
    request = GenerationRequest(text=text, variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "encode" for p in seen))
    assert engine.process_id is not None
    return engine.process_id


def wait_for_death(process_id: int) -> None:
    """The children of this process that have ended stay zombies until they are joined."""
    deadline = time.monotonic() + 10
    while psutil.pid_exists(process_id):
        if psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
            break
        assert time.monotonic() < deadline
        time.sleep(0.01)


needs_c_library = pytest.mark.skipif(sys.platform == "win32", reason="sleep() of a C library")


@pytest.mark.parametrize("text", ["deaf 60", pytest.param("numb 60", marks=needs_c_library)])
def test_the_job_after_a_deaf_one_runs_on_a_new_engine_as_if_nothing_had_happened(
    impatient: EngineProcess, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    first = cancel_deaf(impatient, text)
    result, seen = generate(impatient, "door")
    assert result.variations and impatient.process_id != first
    assert seen[0].phase == "load"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    generate(impatient, "door")


def test_a_deaf_child_ends_although_no_other_job_comes(
    impatient: EngineProcess, caplog: pytest.LogCaptureFixture
) -> None:
    wait_for_death(cancel_deaf(impatient))
    impatient.prepare("starter", VramMode.CPU)
    assert generate(impatient, "door")[0].variations
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_child_that_hears_its_cancel_late_is_kept(impatient: EngineProcess) -> None:
    first = cancel_deaf(impatient, "deaf 0.1")
    assert generate(impatient, "door")[0].variations
    assert impatient.process_id == first


def test_a_job_cancelled_while_a_deaf_one_still_runs_stays_cancelled(
    impatient: EngineProcess,
) -> None:
    cancel_deaf(impatient)
    with pytest.raises(CancelledError):
        impatient.generate(GenerationRequest(text="door"), lambda progress: None, lambda: True)
    assert generate(impatient, "door")[0].variations


def test_a_new_engine_that_dies_by_itself_is_reported(impatient: EngineProcess) -> None:
    cancel_deaf(impatient)
    with pytest.raises(EngineError, match="exit status 7"):
        generate(impatient, "die")


def test_a_factory_that_fails_reports_its_own_error() -> None:
    engine = EngineProcess("scripted_engine:make_broken_engine")
    engine.prepare("starter", VramMode.CPU)
    with pytest.raises(CheckpointError, match="No checkpoint is installed"):
        generate(engine, "door")
    engine.close()


def test_close_ends_the_child(engine: EngineProcess) -> None:
    generate(engine, "door")
    process_id = engine.process_id
    engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def test_what_is_prepared_is_ready_for_the_first_job(engine: EngineProcess) -> None:
    engine.prepare("starter", VramMode.CPU)
    prepared = engine.process_id
    result, seen = generate(engine, "door")
    assert result.variations and engine.process_id == prepared
    assert "load" not in [progress.phase for progress in seen]


def test_only_the_last_words_that_were_typed_are_read(
    engine: EngineProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for words in ("r", "rain", "rain on"):  # while the child still starts
        engine.prepare("starter", VramMode.CPU, words)
    generate(engine, "rain on a roof")
    assert caplog.text.count("prepared for ''") == 3
    assert "rain" not in caplog.text
    deadline = time.monotonic() + 30
    while "prepared for 'wind'" not in caplog.text:
        assert time.monotonic() < deadline
        engine.prepare("starter", VramMode.CPU, "wind")
        time.sleep(0.1)
        generate(engine, "door")  # brings along what the child has logged


def test_what_the_child_holds_of_a_gpu_is_told_while_it_lives() -> None:
    board = GpuBoard()
    engine = EngineProcess(FACTORY, gpu=GpuMeter(board, "scripted_engine:read_gpu_use"))
    assert board.read() is None
    generate(engine, "door")
    deadline = time.monotonic() + 10
    while board.read() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert board.read() == GpuUse(own=2**30, used=3 * 2**30, total=8 * 2**30)
    with pytest.raises(EngineError):
        generate(engine, "die")
    assert board.read() is None
    engine.close()
