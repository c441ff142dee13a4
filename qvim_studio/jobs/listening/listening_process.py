"""A child process that listens to sounds: torch stays out of the window's process."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, EngineError, StudioError, bug_text
from qvim_studio.core.heard import HeardWord
from qvim_studio.jobs.engine.engine_child import load_factory
from qvim_studio.library.sound_facts import SoundReport

log = logging.getLogger(__name__)

POLL_S = 0.05
SHUTDOWN_GRACE_S = 2.0
NICENESS = 5  # indexing thousands of sounds must not be felt, a search by voice must be quick


@dataclass(frozen=True)
class _Crash:
    trace: str


class ListeningProcess:
    """Calls a listener (see assembly.SoundListener) in a spawned child, one call at a time.

    The child starts with the first call and again after it died. Usable from several threads.
    """

    def __init__(self, factory: str) -> None:
        """factory: "package.module:function" that makes the listener inside the child."""
        self._factory = factory
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def encoder_id(self) -> str:
        """Names the embedding space."""
        return self._call("get_encoder_id")

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        """Read and embed sound files; a file that cannot be used says so in its report."""
        return self._call("listen", list(paths))

    def embed(self, clip: AudioClip, branch: str) -> np.ndarray:
        """The embedding of a clip: "imitation" for a voice, "reference" for a sound."""
        return self._call("embed", clip, branch)

    def hear(self, clip: AudioClip) -> tuple[HeardWord, ...]:
        """Words for what a clip is heard as, the surest first."""
        return self._call("hear", clip)

    def close(self) -> None:
        """End the child; a call that is running raises CancelledError."""
        self._closing.set()
        with self._lock:
            self._bury()
            self._closing.clear()

    def _call(self, name: str, *arguments: object) -> Any:
        with self._lock:
            try:
                connection = self._connected()
                connection.send((name, arguments))
                while not connection.poll(POLL_S):
                    if self._closing.is_set():
                        raise CancelledError("Cancelled.")
                answer = connection.recv()
            except (EOFError, ConnectionError, OSError) as error:
                self._bury()
                raise EngineError(
                    "The process that listens to your sounds ended unexpectedly. What is indexed "
                    "so far is kept; start indexing again."
                ) from error
        if isinstance(answer, _Crash):
            log.error("Listening failed:\n%s", answer.trace)
            raise EngineError(bug_text("Listening to your sounds"))
        if isinstance(answer, StudioError):
            raise answer
        return answer

    def _connected(self) -> Connection:
        if self._process is not None and not self._process.is_alive():
            self._bury()
        if self._connection is None:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_serve, args=(self._factory, theirs), name="qvim-listener", daemon=True
            )
            process.start()
            theirs.close()
            self._process, self._connection = process, ours
        return self._connection

    def _bury(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is None or connection is None:
            return
        connection.close()  # the child ends when nobody can ask any more
        process.join(SHUTDOWN_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


def _serve(factory: str, connection: Connection) -> None:
    """Answer calls until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business
    psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS))
    listener: Any = None
    while True:
        try:
            name, arguments = connection.recv()
        except (EOFError, OSError):
            break
        try:
            if listener is None:
                listener = load_factory(factory)()
            answer = getattr(listener, name)(*arguments)
        except StudioError as error:
            answer = error
        except Exception:
            answer = _Crash(traceback.format_exc())
        try:
            connection.send(answer)
        except OSError:
            break
    if listener is not None:
        listener.close()
