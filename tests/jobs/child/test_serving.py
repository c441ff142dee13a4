"""A child answers its calls in their order, with values, errors and messages, until it is ended."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from ctypes import c_longlong
from multiprocessing import Pipe
from typing import Any

import pytest

from qvim_studio.core.errors import CheckpointError, EngineError
from qvim_studio.jobs.child.messages import (
    NOBODY_WAITS,
    Call,
    Crashed,
    Failed,
    Finished,
    Logged,
    Reported,
    Shutdown,
)
from qvim_studio.jobs.child.serving import OUT_OF_MEMORY_TEXT, answer_to, load_factory, serve


class Scripted:
    """Raises what it is given as an argument, else answers with it."""

    def __init__(self) -> None:
        self.is_closed = False
        self.overtaken: list[bool] = []

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        self.overtaken.append(is_overtaken)
        if call.name == "report":
            report("half")
        if call.name == "log":
            logging.getLogger("of.the.child").info("%d of %d", 1, 2)
        (value,) = call.arguments
        if isinstance(value, BaseException):
            raise value
        return value

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def process() -> Iterator[None]:
    """The log and the signals of this process are restored after it was a child."""
    root, on_interrupt = logging.getLogger(), signal.getsignal(signal.SIGINT)
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    signal.signal(signal.SIGINT, on_interrupt)


def served(service: Scripted, *calls: Call, answered: c_longlong | None = None) -> list[Any]:
    """What a parent receives that has sent these calls and then asked for the end."""
    ours, theirs = Pipe()
    for call in (*calls, Shutdown()):
        ours.send(call)
    serve(service, theirs, answered)
    theirs.close()
    received = []
    while ours.poll():
        try:
            received.append(ours.recv())
        except EOFError:
            break
    ours.close()
    return received


@pytest.mark.usefixtures("process")
def test_calls_are_answered_in_their_order_and_then_everything_is_freed() -> None:
    service, answered = Scripted(), c_longlong(0)
    first, half, second = served(
        service, Call(1, "say", ("a",)), Call(2, "report", ("b",)), answered=answered
    )
    assert (first.number, first.value) == (1, "a")
    assert isinstance(half, Reported) and (half.number, half.value) == (2, "half")
    assert isinstance(second, Finished) and (second.number, second.value) == (2, "b")
    assert answered.value == 2 and service.is_closed


@pytest.mark.usefixtures("process")
def test_a_call_that_nobody_waits_for_leaves_its_error_in_the_log_alone() -> None:
    answered = c_longlong(7)
    call = Call(NOBODY_WAITS, "prepare", (CheckpointError("gone"),))
    received = served(Scripted(), call, answered=answered)
    assert [type(message) for message in received] == [Logged]
    assert "gone" in received[0].text and answered.value == 7


@pytest.mark.usefixtures("process")
def test_a_call_is_overtaken_while_another_one_waits() -> None:
    service = Scripted()
    served(service, *(Call(number, "say", (0,)) for number in (1, 2, 3)))
    assert service.overtaken[:2] == [True, True]


@pytest.mark.usefixtures("process")
def test_the_log_of_a_child_is_sent_to_its_parent() -> None:
    logged, _ = served(Scripted(), Call(1, "log", (0,)))
    assert logged == Logged(logging.INFO, "of.the.child", "1 of 2")


@pytest.mark.usefixtures("process")
def test_a_child_whose_parent_is_gone_frees_everything() -> None:
    service = Scripted()
    ours, theirs = Pipe()
    ours.close()
    serve(service, theirs)
    assert service.is_closed


def test_an_error_becomes_the_answer_by_whose_fault_it_is() -> None:
    error = CheckpointError("gone")
    raised = (error, MemoryError(), ZeroDivisionError("a bug"))
    failed, full, crashed = (
        answer_to(Scripted(), Call(3, "say", (one,)), False, print) for one in raised
    )
    assert failed == Failed(3, error)
    assert isinstance(full, Failed) and str(full.error) == OUT_OF_MEMORY_TEXT
    assert isinstance(full.error, EngineError)
    assert isinstance(crashed, Crashed) and "ZeroDivisionError: a bug" in crashed.trace


def test_a_factory_is_found_by_its_module_and_name() -> None:
    assert load_factory("collections.abc:Callable") is Callable
