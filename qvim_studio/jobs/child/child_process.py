"""The parent's side: a spawned child that starts when it is needed and again after it died."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from qvim_studio.jobs.child.messages import Answer, Call, Logged, Reported, Shutdown

log = logging.getLogger(__name__)

CLEARING_S = 0.03  # for a child that is dying, before it is killed
SHUTDOWN_GRACE_S = 2.0
# What a child that is gone lets its callers meet.
GONE = (EOFError, ConnectionError, OSError)

_REASONS: dict[int | None, str] = {
    -9: "stopped by the system, mostly for want of memory",
    -11: "a fault in a driver or library",
    -6: "a fault in a driver or library",
}


class ChildProcess:
    """Used from one thread at a time, but for kill_if."""

    def __init__(self, name: str, target: Callable[..., None], *arguments: Any) -> None:
        """target: a function of a module, called in the child with the arguments and its end of
        the connection (see serving.serve)."""
        self._name = name
        self._target = target
        self._arguments = arguments
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._killing = threading.Lock()  # between this thread and one that waits to kill

    @property
    def process(self) -> BaseProcess | None:
        """None where none is running that was not found dead yet."""
        return self._process

    @property
    def has_died(self) -> bool:
        return self._process is not None and not self._process.is_alive()

    def send(self, call: Call) -> None:
        """Raises one of GONE if the child has died meanwhile."""
        self._connected().send(call)

    def receive(self, timeout_s: float) -> Reported | Answer | None:
        """The next message of a call; None where none comes in time. Raises one of GONE."""
        connection = self._connected()
        if not connection.poll(timeout_s):
            return None
        message = connection.recv()
        if isinstance(message, Logged):
            logging.getLogger(message.name).log(message.level, "%s", message.text)
            return None
        return message

    def close(self) -> None:
        """End the child: politely, then not."""
        process, connection = self._forget()
        if process is None or connection is None:
            return
        try:
            connection.send(Shutdown())
        except OSError:
            log.info("The process %s was gone before it was asked to end", self._name)
        process.join(SHUTDOWN_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()
        connection.close()
        process.close()

    def bury(self) -> int | None:
        """Clear away what is left of the child; returns its exit status. The next call starts
        another."""
        process, connection = self._forget()
        if process is None or connection is None:
            return None
        process.join(CLEARING_S)
        if process.is_alive():
            process.kill()
        process.join()
        code = process.exitcode
        process.close()
        connection.close()
        return code

    def bury_reported(self) -> str:
        """Likewise, with a line in the log; returns why the child ended, in a user's words."""
        code = self.bury()
        log.error("The process %s ended with exit status %s", self._name, code)
        return _REASONS.get(code, f"exit status {code}")

    def kill_if(self, process: BaseProcess | None, is_due: Callable[[], bool]) -> None:
        """From any thread: kill this process if it is still the child, and if it is due. The call
        that comes next meets a closed connection."""
        with self._killing:
            if process is not None and process is self._process and is_due():
                log.info("The process %s did not end its cancelled job and is ended", self._name)
                process.kill()

    def _connected(self) -> Connection:
        if self._connection is None:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=self._target,
                args=(*self._arguments, theirs),
                name=self._name,
                daemon=True,
            )
            process.start()
            theirs.close()
            self._process, self._connection = process, ours
        return self._connection

    def _forget(self) -> tuple[BaseProcess | None, Connection | None]:
        """What there was of the child; nobody else kills it from here on."""
        with self._killing:
            found = self._process, self._connection
            self._process = self._connection = None
        return found
