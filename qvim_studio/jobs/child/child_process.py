"""The parent's side: a spawned child that starts with the first call and restarts after it died."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from qvim_studio.core.program.environment import environment_with
from qvim_studio.jobs.child.messages import Answer, Call, Logged, Reported, Shutdown

log = logging.getLogger(__name__)

CLEARING_S = 0.03  # given to a dying child before it is killed
SHUTDOWN_GRACE_S = 2.0
# Errors of calls to a child that is gone.
GONE = (EOFError, ConnectionError, OSError)

_REASONS: dict[int | None, str] = {
    -9: "stopped by the system, mostly for want of memory",
    -11: "a fault in a driver or library",
    -6: "a fault in a driver or library",
}


class ChildProcess:
    """A child process. Use it from one thread at a time; only kill_if may be called from any
    thread."""

    def __init__(
        self,
        name: str,
        target: Callable[..., None],
        *arguments: Any,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """target: a function of a module, called in the child with the arguments and its end of
        the connection (see serving.serve). environment: additional variables of the child, set
        before its first import."""
        self._name = name
        self._target = target
        self._arguments = arguments
        self._environment = environment or {}
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._killing = threading.Lock()  # between this thread and one that waits to kill

    @property
    def process(self) -> BaseProcess | None:
        """The child's process; None before the first call and after it was found dead."""
        return self._process

    @property
    def connection(self) -> Connection | None:
        """Our end of the connection to the child; None likewise."""
        return self._connection

    @property
    def has_died(self) -> bool:
        return self._process is not None and not self._process.is_alive()

    def send(self, call: Call) -> None:
        """Send a call to the child. Raises one of GONE if the child has died."""
        self._connected().send(call)

    def receive(self, timeout_s: float) -> Reported | Answer | None:
        """The next message of a call; None after ``timeout_s`` without a message. Raises one of
        GONE."""
        connection = self._connected()
        if not connection.poll(timeout_s):
            return None
        message = connection.recv()
        if isinstance(message, Logged):
            logging.getLogger(message.name).log(message.level, "%s", message.text)
            return None
        return message

    def close(self) -> None:
        """Ask the child to end, and kill it if it does not."""
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
        """Clean up after a dead child; returns its exit status. The next call starts another
        child."""
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
        """As ``bury``, with a line in the log; returns the reason of the end in words for the
        user."""
        code = self.bury()
        log.error("The process %s ended with exit status %s", self._name, code)
        return _REASONS.get(code, f"exit status {code}")

    def kill_if(self, process: BaseProcess | None, is_due: Callable[[], bool]) -> None:
        """Kill this process, from any thread, if it is still the child and ``is_due()``. The next
        call meets a closed connection."""
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
            with environment_with(self._environment):
                process.start()
            theirs.close()
            self._process, self._connection = process, ours
        return self._connection

    def _forget(self) -> tuple[BaseProcess | None, Connection | None]:
        """Take process and connection out of this object, so that nobody else kills the process."""
        with self._killing:
            found = self._process, self._connection
            self._process = self._connection = None
        return found


def ready_children(children: Iterable[ChildProcess], timeout_s: float) -> list[ChildProcess]:
    """The children with something to receive: a message, or one of GONE. Empty if nothing comes in
    time."""
    by_connection = {child.connection: child for child in children if child.connection is not None}
    found = wait(list(by_connection), timeout_s)
    return [child for connection, child in by_connection.items() if connection in found]
