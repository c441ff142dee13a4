from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.jobs.listening.listening_process import ListeningProcess

LOUD = AudioClip(np.full((480, 1), 0.8, np.float32), 48_000)


@pytest.fixture(scope="module")
def listening() -> Iterator[ListeningProcess]:
    listening = ListeningProcess("scripted_hearing:make_hearing_service")
    yield listening
    listening.close()


def test_calls_are_answered_by_a_listener_in_another_process(listening: ListeningProcess) -> None:
    assert listening.encoder_id() == "scripted"
    assert [one.word for one in listening.hear(LOUD)] == ["thunder"]
    assert listening.embed(LOUD, "imitation") == pytest.approx([np.cos(0.8), np.sin(0.8)], abs=1e-6)


def test_what_the_listener_logs_is_in_our_log(
    listening: ListeningProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    listening.embed(LOUD, "reference")
    assert "embedding a reference" in caplog.text


def test_a_listener_short_of_memory_says_so_and_lives_on(
    listening: ListeningProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(EngineError, match="too little free memory"):
        listening.listen([Path("full.wav")])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert listening.encoder_id() == "scripted"


def test_a_bug_in_the_listener_is_told_neutrally(
    listening: ListeningProcess, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StudioError, match="Listening to your sounds failed"):
        listening.listen([Path("bug.wav")])
    assert "ZeroDivisionError" in caplog.text


def test_a_listener_that_died_says_how_and_comes_back(listening: ListeningProcess) -> None:
    with pytest.raises(EngineError, match="exit status 7"):
        listening.listen([Path("die.wav")])
    assert listening.encoder_id() == "scripted"


def test_a_killed_listener_is_replaced_before_the_next_call(listening: ListeningProcess) -> None:
    listening.encoder_id()
    process = listening._child.process
    assert process is not None and process.pid is not None
    os.kill(process.pid, 9)
    process.join(5.0)
    assert listening.encoder_id() == "scripted"
