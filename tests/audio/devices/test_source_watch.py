"""The watch over where a recording comes from."""

from __future__ import annotations

import threading

import pytest

from qvim_studio.audio.devices import source_watch
from qvim_studio.audio.devices.source_watch import SourceWatch


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


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_watch, "LOOK_EVERY_S", 0.001)


def run(*answers: frozenset[int]) -> bool:
    server = Server(*answers)
    watch = SourceWatch(server)
    assert server.was_asked_for_last.wait(10.0)
    watch.close()
    watch._thread.join(10.0)
    return watch.has_moved


def test_another_source_than_at_first_is_a_move() -> None:
    assert run(frozenset({1}), frozenset({1}), frozenset({2}))


def test_a_server_that_does_not_tell_is_no_move() -> None:
    assert not run(frozenset(), frozenset())
    assert not run(frozenset({1}), frozenset(), frozenset({1}))
