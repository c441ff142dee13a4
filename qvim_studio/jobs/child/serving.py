"""The child's side: answers one call after the other until the parent has enough of it or is gone.

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
    """What a child does."""

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        """The value of a call. is_overtaken: other calls wait behind it. report: sends something
        to the parent while the call runs."""
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business
    send = _locked_send(connection)
    _route_log(send)
    # Read while a call runs: a parent that waits to be read is one that reads no answers.
    calls: SimpleQueue[tuple[Call, bool] | None] = SimpleQueue()
    threading.Thread(target=_read, args=(connection, calls), daemon=True).start()
    while (item := calls.get()) is not None:
        call, is_overtaken = item
        answer = _run(service, call, is_overtaken or not calls.empty(), send)
        if call.number == NOBODY_WAITS:
            _log_unread(answer)
            continue
        if answered_up_to is not None:
            answered_up_to.value = call.number
        send(answer)
    service.close()


def _read(connection: Connection, calls: SimpleQueue[tuple[Call, bool] | None]) -> None:
    """Until the parent asks for the end or is gone."""
    try:
        while not isinstance(message := connection.recv(), Shutdown):
            calls.put((message, connection.poll()))
    except (EOFError, OSError):
        pass
    calls.put(None)


def _run(service: Service, call: Call, is_overtaken: bool, send: Send) -> Answer:
    def report(value: Any) -> None:
        send(Reported(call.number, value))

    try:
        return Finished(call.number, service.run(call, is_overtaken, report))
    except StudioError as error:
        return Failed(call.number, error)
    except MemoryError:
        return Failed(call.number, EngineError(OUT_OF_MEMORY_TEXT))
    except Exception:  # noqa: BLE001 - logged by the parent
        return Crashed(call.number, traceback.format_exc())


def _log_unread(answer: Answer) -> None:
    """What fails here fails again for a call that somebody waits for."""
    if isinstance(answer, Failed):
        log.info("Not prepared: %s", answer.error)
    elif isinstance(answer, Crashed):
        log.info("Not prepared: %s", answer.trace)


def _locked_send(connection: Connection) -> Send:
    """Log records may come from any thread of the child; a parent that is gone needs no child."""
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
