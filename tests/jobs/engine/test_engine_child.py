"""The engine's service builds its engine with the first call, and ends what is cancelled."""

from __future__ import annotations

from ctypes import c_longlong

import pytest
from scripted_engine import ScriptedEngine

from qvim_studio.core.errors import CancelledError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import Progress
from qvim_studio.jobs.child.messages import NOBODY_WAITS, Call
from qvim_studio.jobs.engine.engine_child import GENERATE, PREPARE, EngineService

FACTORY = "scripted_engine:make_engine"


def generate(number: int, text: str) -> Call:
    return Call(number, GENERATE, (GenerationRequest(text=text, duration_s=0.2, variations=1),))


def test_loading_is_reported_before_the_first_sound_alone() -> None:
    service = EngineService(FACTORY, c_longlong(0))
    phases: list[list[str]] = []
    for number in (1, 2):
        seen: list[Progress] = []
        service.run(generate(number, "door"), False, seen.append)
        phases.append([progress.phase for progress in seen])
    assert phases[0] == ["load", *phases[1]] and "load" not in phases[1]


def test_a_job_ends_where_it_or_a_later_one_is_cancelled() -> None:
    cancelled_up_to = c_longlong(4)
    service = EngineService(FACTORY, cancelled_up_to)
    service.run(generate(5, "door"), False, lambda progress: None)
    cancelled_up_to.value = 6
    for number in (5, 6):
        with pytest.raises(CancelledError):
            service.run(generate(number, "wait"), False, lambda progress: None)


def test_words_are_prepared_unless_newer_calls_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    service = EngineService(FACTORY, c_longlong(0))
    call = Call(NOBODY_WAITS, PREPARE, ("starter", VramMode.AUTO, "dog"))
    for is_overtaken in (False, True):
        service.run(call, is_overtaken, lambda progress: None)
    assert [record.message for record in caplog.records] == [
        "prepared for 'dog'",
        "prepared for ''",
    ]


def test_only_an_engine_that_was_built_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[ScriptedEngine] = []
    monkeypatch.setattr(ScriptedEngine, "close", lambda engine: closed.append(engine))
    service = EngineService(FACTORY, c_longlong(0))
    service.close()
    assert not closed
    service.run(generate(1, "door"), False, lambda progress: None)
    service.close()
    assert len(closed) == 1
