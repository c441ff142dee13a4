from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, EngineError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import Progress
from qvim_studio.jobs import engine_process
from qvim_studio.jobs.engine_process import EngineProcess

FACTORY = "scripted_engine:make_engine"


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    engine = EngineProcess(FACTORY)
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
    while engine._process.is_alive() and time.monotonic() < deadline:
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


def test_cancel_does_not_wait_for_a_child_that_does_not_look(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "CANCEL_GRACE_S", 0.05)
    seen: list[Progress] = []
    request = GenerationRequest(text="deaf 0.6", variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "encode" for p in seen))
    first = engine.process_id
    result, _ = generate(engine, "door")
    assert result.request.text == "door"
    assert engine.process_id == first


def test_what_arrives_late_blocks_no_request_that_is_as_large(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "CANCEL_GRACE_S", 0.05)
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


def test_a_child_that_ignores_a_cancel_for_long_is_replaced(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "CANCEL_GRACE_S", 0.05)
    monkeypatch.setattr(engine_process, "ABANDONED_LIMIT_S", 0.1)
    seen: list[Progress] = []
    request = GenerationRequest(text="deaf 60", variations=1)
    with pytest.raises(CancelledError):
        engine.generate(request, seen.append, lambda: any(p.phase == "encode" for p in seen))
    with pytest.raises(EngineError):
        generate(engine, "door")
    result, _ = generate(engine, "door")
    assert result.variations


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
