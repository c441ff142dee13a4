"""An engine in a child process: the window never stalls, a crash costs one job, memory is freed."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from ctypes import c_longlong
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue

from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import CancelledError, EngineError, bug_text
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.jobs.engine.engine_child import serve
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

log = logging.getLogger(__name__)

POLL_S = 0.03
CANCEL_GRACE_S = 0.5  # then the job is abandoned: the child ends it when it next looks
ABANDONED_LIMIT_S = 10.0  # a child that still ignores the cancel by then is killed
SHUTDOWN_GRACE_S = 2.0


class EngineProcess:
    """Implements the Engine protocol over a spawned child; used from one thread at a time.

    The child starts with the first job (or ``prepare``) and again after it died. A child that goes
    on computing a cancelled job is killed, whether or not another job comes; the next job then runs
    on a new one.
    """

    def __init__(
        self,
        factory: str,
        cancel_grace_s: float = CANCEL_GRACE_S,
        abandoned_limit_s: float = ABANDONED_LIMIT_S,
    ) -> None:
        """factory: "package.module:function" that makes the engine inside the child.

        cancel_grace_s: how long a cancel waits for the child. abandoned_limit_s: how long the child
        may go on after that.
        """
        self._factory = factory
        self._cancel_grace_s = cancel_grace_s
        self._abandoned_limit_s = abandoned_limit_s
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._cancelled_up_to: c_longlong = RawValue(c_longlong, 0)
        self._answered_up_to: c_longlong = RawValue(c_longlong, 0)
        self._job = 0
        self._abandoned_job = 0  # the newest job that the child was left alone with
        self._killing = threading.Lock()  # between this thread and the one that waits for the limit
        self._limits: list[threading.Timer] = []

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """See Engine; starts the child and waits for nothing."""
        try:
            self._connected().send(Prepare(checkpoint, vram_mode, text))
        except (EOFError, ConnectionError, OSError):
            log.info("The engine's process was gone before it could prepare")

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """See Engine. A cancel returns within half a second whatever the child is doing."""
        self._job += 1
        job = self._job
        while True:
            is_engine_old = self._abandoned_job > 0
            try:
                self._connected().send(Generate(job, request))
                return self._follow(job, on_progress, is_cancelled)
            except (EOFError, ConnectionError, OSError) as error:
                if is_cancelled():
                    self._bury()
                    raise CancelledError("Cancelled.") from error
                if not is_engine_old:
                    raise self._death() from error
                log.info("The engine of a cancelled job was ended; the next job gets a new one")
                self._bury()

    def close(self) -> None:
        """End the child: politely, then not."""
        process, connection = self._forget()
        if process is None or connection is None:
            return
        self._cancelled_up_to.value = self._job
        try:
            connection.send(Shutdown())
        except OSError:
            log.info("The engine's process was gone before it was asked to end")
        process.join(SHUTDOWN_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()
        connection.close()
        process.close()

    def _follow(
        self, job: int, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        connection = self._connected()
        cancelled_s: float | None = None
        if self._abandoned_job:
            on_progress(Progress("load", 0, 1))
        while True:
            if cancelled_s is None and is_cancelled():
                cancelled_s = time.monotonic()
                self._cancelled_up_to.value = job
            if connection.poll(POLL_S):
                message = connection.recv()
                if isinstance(message, Logged):
                    logging.getLogger(message.name).log(message.level, "%s", message.text)
                elif message.job == job:  # an abandoned job may still report
                    self._abandoned_job = 0
                    result = _answer(message, on_progress)
                    if result is not None:
                        return result
            elif cancelled_s is not None and time.monotonic() - cancelled_s > self._cancel_grace_s:
                self._abandon(job)
                raise CancelledError("Cancelled.")

    def _abandon(self, job: int) -> None:
        """Leave the child alone with a cancelled job, but not for long: it may be deaf to it."""
        self._abandoned_job = job
        limit = threading.Timer(self._abandoned_limit_s, self._kill_if_deaf, (self._process, job))
        limit.daemon = True
        limit.start()
        self._limits = [*(one for one in self._limits if one.is_alive()), limit]

    def _kill_if_deaf(self, process: BaseProcess | None, job: int) -> None:
        """In the timer's thread: the job that comes next meets a closed connection."""
        with self._killing:
            if process is None or process is not self._process:
                return
            if self._answered_up_to.value < job:
                log.info("A cancelled job did not end; its engine is ended")
                process.kill()

    def _connected(self) -> Connection:
        if self._process is not None and not self._process.is_alive():
            is_expected = self._abandoned_job > 0
            code = self._bury()
            if not is_expected:
                log.error("The engine's process ended with exit status %s", code)
        if self._connection is None:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=serve,
                args=(self._factory, theirs, self._cancelled_up_to, self._answered_up_to),
                name="qvim-engine",
                daemon=True,
            )
            process.start()
            theirs.close()
            self._process, self._connection = process, ours
        return self._connection

    def _death(self) -> EngineError:
        code = self._bury()
        log.error("The engine's process ended with exit status %s", code)
        reason = _REASONS.get(code, f"exit status {code}")
        return EngineError(
            f"The sound engine ended unexpectedly ({reason}). Your take is kept: press Generate to "
            "start it again; fewer variations or a shorter sound need less memory."
        )

    def _bury(self) -> int | None:
        """Clear away what is left of the child; the next job starts another."""
        process, connection = self._forget()
        if process is None or connection is None:
            return None
        process.join(POLL_S)
        if process.is_alive():
            process.kill()
        process.join()
        code = process.exitcode
        process.close()
        connection.close()
        return code

    def _forget(self) -> tuple[BaseProcess | None, Connection | None]:
        """What there was of the child; nobody else kills it from here on."""
        with self._killing:
            found = self._process, self._connection
            self._process = self._connection = None
        for limit in self._limits:
            limit.cancel()
            limit.join()
        self._limits = []
        self._abandoned_job = 0
        return found


_REASONS: dict[int | None, str] = {
    -9: "stopped by the system, mostly for want of memory",
    -11: "a fault in a driver or library",
    -6: "a fault in a driver or library",
}


def _answer(
    message: Progressed | Finished | Failed | Crashed, on_progress: OnProgress
) -> GenerationResult | None:
    if isinstance(message, Progressed):
        on_progress(message.progress)
        return None
    if isinstance(message, Finished):
        return message.result
    if isinstance(message, Failed):
        raise message.error
    log.error("The engine failed:\n%s", message.trace)
    raise EngineError(bug_text("Generating", "Try other settings"))
