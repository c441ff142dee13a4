"""The watch over where a recording comes from."""

from __future__ import annotations

import os
import threading

import pytest

from qvim_studio.audio.devices import source_watch
from qvim_studio.audio.devices.source_watch import (
    SourceWatch,
    default_source_channels,
    find_sources,
)


class Server:
    """Tells one answer after the other, the last one for ever."""

    def __init__(self, *answers: frozenset[int]) -> None:
        self.answers = list(answers)
        self.was_asked_for_last = threading.Event()

    def __call__(self) -> frozenset[int]:
        if len(self.answers) == 1:
            self.was_asked_for_last.set()
            return self.answers[0]
        return self.answers.pop(0)


def run(*answers: frozenset[int]) -> bool:
    server = Server(*answers)
    watch = SourceWatch(server, every_s=0.001)
    assert server.was_asked_for_last.wait(10.0)
    watch.close()
    watch._thread.join(10.0)
    return watch.has_moved


def test_another_source_than_at_first_is_a_move() -> None:
    assert run(frozenset({1}), frozenset({1}), frozenset({2}))


def test_a_server_that_does_not_tell_is_no_move() -> None:
    assert not run(frozenset(), frozenset())
    assert not run(frozenset({1}), frozenset(), frozenset({1}))


def answering(monkeypatch: pytest.MonkeyPatch, **answers: object) -> None:
    """The server's tool answers by the last word of the question."""

    def ask(*question: str) -> object:
        answer = answers[question[-1].replace("-", "_")]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(source_watch, "_ask", ask)


def stream(source: int, process: int) -> dict[str, object]:
    return {"source": source, "properties": {"application.process.id": str(process)}}


def test_sources_are_those_that_this_process_records_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, other = os.getpid(), os.getpid() + 1
    streams = [stream(3, ours), stream(4, other), stream(5, ours), {"source": 6, "properties": {}}]
    answering(monkeypatch, source_outputs=streams)
    assert find_sources() == {3, 5}


def test_the_channels_are_those_of_the_default_source(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [
        {"name": "monitor", "channel_map": "front-left,front-right"},
        {"name": "mic", "channel_map": "aux0,aux1,aux2,aux3"},
    ]
    answering(monkeypatch, info={"default_source_name": "mic"}, sources=sources)
    assert default_source_channels() == 4
    answering(monkeypatch, info={"default_source_name": "gone"}, sources=sources)
    assert default_source_channels() is None


@pytest.mark.parametrize(
    "answer", [None, OSError("no tool"), [{}], [{"source": "none"}], [7], ValueError("no JSON")]
)
def test_answers_that_cannot_be_read_leave_the_sources_unknown(
    monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    answering(monkeypatch, source_outputs=answer, info={"default_source_name": "a"}, sources=answer)
    assert find_sources() == frozenset()
    assert default_source_channels() is None


def test_a_process_that_is_no_client_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, info=None)
    assert default_source_channels() is None
