"""A child process that listens to sounds and keeps torch out of the window's process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, EngineError
from qvim_studio.core.sound_words import SoundWord
from qvim_studio.jobs.child.child_process import GONE, ChildProcess
from qvim_studio.jobs.child.messages import Call, Reported, value_of
from qvim_studio.jobs.child.serving import load_factory, serve
from qvim_studio.library.sound_facts import SoundReport

POLL_S = 0.05
NICENESS = 5  # indexing must not slow the computer down, and a search by voice must be quick


class ListeningProcess:
    """Calls assembly.HearingService in a spawned child, one call at a time.

    The child starts with the first call and restarts after it died. Usable from several threads.
    """

    def __init__(self, factory: str) -> None:
        """factory: "package.module:function" that makes the service inside the child."""
        self._child = ChildProcess("qvim-hearing", serve_hearing, factory)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._calls = 0

    def encoder_id(self) -> str:
        """The id of the embedding space."""
        return self._call("get_encoder_id")

    def listen(self, paths: Sequence[Path]) -> list[SoundReport]:
        """Read and embed sound files; a file that cannot be used says so in its report."""
        return self._call("listen", list(paths))

    def embed(self, clip: AudioClip, branch: str) -> np.ndarray:
        """The embedding of a clip: "imitation" for a voice, "reference" for a sound."""
        return self._call("embed", clip, branch)

    def hear(self, clip: AudioClip) -> tuple[SoundWord, ...]:
        """Words for what a clip is heard as, the surest first."""
        return self._call("hear", clip)

    def close(self) -> None:
        """End the child; a call that is running raises CancelledError."""
        self._closing.set()
        with self._lock:
            self._child.close()
            self._closing.clear()

    def _call(self, name: str, *arguments: object) -> Any:
        with self._lock:
            if self._child.has_died:
                self._child.bury_reported()
            self._calls += 1
            try:
                self._child.send(Call(self._calls, name, arguments))
                while True:
                    message = self._child.receive(POLL_S)
                    if message is None and self._closing.is_set():
                        raise CancelledError("Cancelled.")
                    if message is None or isinstance(message, Reported):
                        continue
                    if message.number == self._calls:  # a cancelled call may still answer
                        return value_of(message, "Listening to your sounds")
            except GONE as error:
                raise EngineError(
                    "The process that listens to your sounds ended unexpectedly "
                    f"({self._child.bury_reported()}). What is indexed so far is kept; start "
                    "indexing again."
                ) from error


def serve_hearing(factory: str, connection: Connection) -> None:
    """factory: "package.module:function", called without arguments for the service."""
    psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS))
    serve(LazyHearing(factory), connection)


class LazyHearing:
    """A hearing service that is built when the first call needs it."""

    def __init__(self, factory: str) -> None:
        self._factory = factory
        self._hearing: Any = None

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        """See Service."""
        if self._hearing is None:
            self._hearing = load_factory(self._factory)()
        return getattr(self._hearing, call.name)(*call.arguments)

    def close(self) -> None:
        if self._hearing is not None:
            self._hearing.close()
