"""The child's side: answers one call after the other until the parent ends it or is gone.

Runs in the main thread of a spawned child. Nothing here imports torch; what the factory makes does.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable
from ctypes import c_longlong
from functools import partial
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Protocol

from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.jobs.child.messages import (
    NOBODY_WAITS,
    Answer,
    Call,
    Crashed,
    Failed,
    Finished,
    Logged,
    Reported,
    Shutdown,
)

log = logging.getLogger(__name__)

Send = Callable[[object], None]
OUT_OF_MEMORY_TEXT = (
    "The computer has too little free memory for this. Ask for fewer variations or a shorter "
    "sound, or close other programs."
)


class Service(Protocol):
    """The work of a child."""

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        """The value of a call. is_overtaken: whether other calls wait. report: sends a message to
        the parent while the call runs."""
        ...

    def close(self) -> None:
        """Free everything."""
        ...


def load_factory(factory: str) -> Callable[[], Any]:
    """The function that a factory string, "package.module:function", names."""
    module, _, name = factory.partition(":")
    return getattr(importlib.import_module(module), name)


def serve(
    service: Service, connection: Connection, answered_up_to: c_longlong | None = None
) -> None:
    """Answer calls until Shutdown comes or the parent is gone.

    answered_up_to: a number shared with the parent, written here; calls up to it have ended,
    whether or not anybody has read their answers yet.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl+C
    send = _locked_send(connection)
    _route_log(send)
    # Calls are read while another runs: a parent that is blocked in sending reads no answers.
    calls: SimpleQueue[tuple[Call, bool] | None] = SimpleQueue()
    threading.Thread(target=_read, args=(connection, calls), daemon=True).start()
    while (item := calls.get()) is not None:
        call, is_overtaken = item
        is_overtaken |= not calls.empty()
        answer = answer_to(service, call, is_overtaken, partial(_report, send, call.number))
        if call.number == NOBODY_WAITS:
            _log_unread(answer)
            continue
        if answered_up_to is not None:
            answered_up_to.value = call.number
        send(answer)
    service.close()


def _read(connection: Connection, calls: SimpleQueue[tuple[Call, bool] | None]) -> None:
    """Read calls until the parent asks for the end or is gone."""
    try:
        while not isinstance(message := connection.recv(), Shutdown):
            calls.put((message, connection.poll()))
    except (EOFError, OSError):
        pass
    calls.put(None)


def _report(send: Send, number: int, value: Any) -> None:
    send(Reported(number, value))


def answer_to(
    service: Service, call: Call, is_overtaken: bool, report: Callable[[Any], None]
) -> Answer:
    """Run a call; its error, if any, becomes the answer. See Service.run."""
    try:
        return Finished(call.number, service.run(call, is_overtaken, report))
    except StudioError as error:
        return Failed(call.number, error)
    except MemoryError:
        return Failed(call.number, EngineError(OUT_OF_MEMORY_TEXT))
    except Exception:  # noqa: BLE001 - logged by the parent
        return Crashed(call.number, traceback.format_exc())


def _log_unread(answer: Answer) -> None:
    """Log the error of a call without an answer; a call that somebody waits for will meet it
    again."""
    if isinstance(answer, Failed):
        log.info("Not prepared: %s", answer.error)
    elif isinstance(answer, Crashed):
        log.info("Not prepared: %s", answer.trace)


def _locked_send(connection: Connection) -> Send:
    """A thread-safe send, because any thread of the child may log; it ends the child if the parent
    is gone."""
    lock = threading.Lock()

    def send(message: object) -> None:
        with lock:
            try:
                connection.send(message)
            except (BrokenPipeError, ConnectionError):
                os._exit(0)

    return send


def _route_log(send: Send) -> None:
    class PipeHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            send(Logged(record.levelno, record.name, self.format(record)))

    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(PipeHandler())
