"""A child starts with its first call, is found dead by its exit status, and starts again."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator

import pytest
from child_targets import answer_or_die

from qvim_studio.jobs.child.child_process import GONE, ChildProcess, ready_children
from qvim_studio.jobs.child.messages import Answer, Call, Finished

PATIENCE_S = 30.0


@pytest.fixture
def child() -> Iterator[ChildProcess]:
    child = ChildProcess("scripted", answer_or_die)
    yield child
    child.close()
    assert not multiprocessing.active_children()


def ask(child: ChildProcess, name: str) -> Answer:
    child.send(Call(1, name))
    while (answer := child.receive(PATIENCE_S)) is None:
        pass
    assert isinstance(answer, Finished)
    return answer


def test_a_child_that_died_is_buried_with_its_reason_and_the_next_call_starts_another(
    child: ChildProcess, caplog: pytest.LogCaptureFixture
) -> None:
    assert child.process is None and not child.has_died
    first = ask(child, "say")
    assert isinstance(first, Finished)
    child.send(Call(2, "die"))
    with pytest.raises(GONE):
        child.receive(PATIENCE_S)
    assert child.bury_reported() == "exit status 7"
    assert "scripted ended with exit status 7" in caplog.text
    assert child.process is None and child.bury() is None
    caplog.set_level(logging.INFO)
    again = ask(child, "log")
    assert isinstance(again, Finished) and again.value != first.value
    assert ("of.the.child", logging.INFO, "100 % logged") in caplog.record_tuples


def test_only_the_child_in_use_is_killed_and_only_if_that_is_due(child: ChildProcess) -> None:
    ask(child, "say")
    process = child.process
    child.kill_if(process, lambda: False)
    child.kill_if(None, lambda: True)
    assert ask(child, "say") and not child.has_died
    assert ready_children([child], 0.0) == []
    child.kill_if(process, lambda: True)
    assert ready_children([child], PATIENCE_S) == [child]
    with pytest.raises(GONE):
        child.receive(PATIENCE_S)
    child.bury()
    child.kill_if(process, lambda: pytest.fail("a buried child is asked about"))
