"""The engine's own process: builds an engine and serves one request after the other.

Runs in the main thread of a spawned child. Nothing here imports torch; the factory does.
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
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.core.result import Progress
from qvim_studio.jobs.engine.engine_messages import (
    Crashed,
    Failed,
    Finished,
    Generate,
    Logged,
    Prepare,
    Progressed,
    Shutdown,
)

Answer = Finished | Failed | Crashed


def serve(
    factory: str, connection: Connection, cancelled_up_to: c_longlong, answered_up_to: c_longlong
) -> None:
    """Answer messages until Shutdown comes or the parent is gone.

    factory: "package.module:function", called without arguments for the engine.
    cancelled_up_to: shared number; jobs up to it are to end. answered_up_to: likewise, written
    here; jobs up to it have ended, whether or not anybody has read their answers yet.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business
    send = _locked_send(connection)
    _route_log(send)
    # Read while the engine works: a parent that waits to be read is one that reads no answers.
    messages: SimpleQueue[object] = SimpleQueue()
    threading.Thread(target=_read, args=(connection, messages), daemon=True).start()
    engine: Engine | None = None
    while not isinstance(message := messages.get(), Shutdown):
        if isinstance(message, Prepare):
            engine = _prepare(message if messages.empty() else _stale(message), engine, factory)
        elif isinstance(message, Generate):
            engine, answer = _generate(message, engine, factory, send, cancelled_up_to)
            answered_up_to.value = message.job
            _send_or_end(send, answer)
    if engine is not None:
        engine.close()


def _read(connection: Connection, messages: SimpleQueue[object]) -> None:
    """Until the parent is gone."""
    while True:
        try:
            message = connection.recv()
            if isinstance(message, Prepare) and connection.poll():
                message = _stale(message)
            messages.put(message)
        except (EOFError, OSError):
            messages.put(Shutdown())
            break


def _stale(message: Prepare) -> Prepare:
    """Words with something behind them are not read: others were typed, or the job is here."""
    return replace(message, text="")


def load_factory(factory: str) -> Callable[[], Any]:
    """The function that a factory string names."""
    module, _, name = factory.partition(":")
    return getattr(importlib.import_module(module), name)


def _make_engine(factory: str) -> Engine:
    return load_factory(factory)()


def _prepare(message: Prepare, engine: Engine | None, factory: str) -> Engine | None:
    """What fails here fails again for the job, and is reported to somebody who waits."""
    try:
        engine = engine or _make_engine(factory)
        engine.prepare(message.checkpoint, message.vram_mode, message.text)
    except Exception:
        logging.getLogger(__name__).info("Not prepared: %s", traceback.format_exc())
    return engine


def _generate(
    message: Generate,
    engine: Engine | None,
    factory: str,
    send: Callable[[object], None],
    cancelled_up_to: c_longlong,
) -> tuple[Engine | None, Answer]:
    def on_progress(progress: Progress) -> None:
        _send_or_end(send, Progressed(message.job, progress))

    def is_cancelled() -> bool:
        return cancelled_up_to.value >= message.job

    try:
        if engine is None:
            on_progress(Progress("load", 0, 1))
            engine = _make_engine(factory)
        result = engine.generate(message.request, on_progress, is_cancelled)
        return engine, Finished(message.job, result)
    except StudioError as error:
        return engine, Failed(message.job, error)
    except MemoryError:
        return engine, Failed(message.job, EngineError(OUT_OF_MEMORY_TEXT))
    except Exception:
        return engine, Crashed(message.job, traceback.format_exc())


def _send_or_end(send: Callable[[object], None], message: object) -> None:
    """A parent that is gone needs no engine."""
    try:
        send(message)
    except _ParentGone:
        os._exit(0)


OUT_OF_MEMORY_TEXT = (
    "Generating needs more memory than is free. Ask for fewer variations or a shorter sound, or "
    "close other programs."
)


class _ParentGone(Exception):
    """Nobody listens any more."""


def _locked_send(connection: Connection) -> Callable[[object], None]:
    """Log records may come from any thread of the engine."""
    lock = threading.Lock()

    def send(message: object) -> None:
        with lock:
            try:
                connection.send(message)
            except (BrokenPipeError, ConnectionError) as error:
                raise _ParentGone from error

    return send


def _route_log(send: Callable[[object], None]) -> None:
    class PipeHandler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            try:
                send(Logged(record.levelno, record.name, self.format(record)))
            except _ParentGone:
                os._exit(0)

    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(PipeHandler())
