"""An engine in a child process, so that the window never stalls and a crash costs only one job."""

from __future__ import annotations

import logging
import threading
import time
from ctypes import c_longlong
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue

from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import CancelledError, EngineError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.jobs.child.child_process import GONE, ChildProcess
from qvim_studio.jobs.child.messages import NOBODY_WAITS, Call, Reported, value_of
from qvim_studio.jobs.engine.engine_child import GENERATE, PREPARE, serve_engine
from qvim_studio.jobs.engine.gpu_board import GpuMeter

log = logging.getLogger(__name__)

POLL_S = 0.03
CANCEL_GRACE_S = 0.5  # after this the job is abandoned; the child ends it at its next check
ABANDONED_LIMIT_S = 10.0  # a child that still ignores the cancel by then is killed


class EngineProcess:
    """Implements the Engine protocol over a spawned child; used from one thread at a time.

    The child starts with the first job (or ``prepare``) and restarts after it died. A child that
    keeps computing a cancelled job is killed, whether or not another job follows; the next job runs
    in a new child.
    """

    def __init__(
        self,
        factory: str,
        cancel_grace_s: float = CANCEL_GRACE_S,
        abandoned_limit_s: float = ABANDONED_LIMIT_S,
        gpu: GpuMeter | None = None,
    ) -> None:
        """factory: "package.module:function" that makes the engine inside the child.

        cancel_grace_s: how long a cancel waits for the child. abandoned_limit_s: how long the child
        may continue after that. gpu: reports the child's GPU memory to the window; None if nobody
        reads it.
        """
        self._cancel_grace_s = cancel_grace_s
        self._abandoned_limit_s = abandoned_limit_s
        self._cancelled_up_to: c_longlong = RawValue(c_longlong, 0)
        self._answered_up_to: c_longlong = RawValue(c_longlong, 0)
        self._gpu = gpu
        self._child = ChildProcess(
            "qvim-engine", serve_engine, factory, self._cancelled_up_to, self._answered_up_to, gpu
        )
        self._job = 0
        self._abandoned_job = 0  # the newest job that the child was left alone with
        self._limits: list[threading.Timer] = []

    @property
    def process_id(self) -> int | None:
        process = self._child.process
        return None if process is None else process.pid

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """See Engine; starts the child and returns at once."""
        try:
            self._send(Call(NOBODY_WAITS, PREPARE, (checkpoint, vram_mode, text)))
        except GONE:
            log.info("The engine's process was gone before it could prepare")

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """See Engine. A cancel returns within half a second, whatever the child does."""
        self._job += 1
        job = self._job
        while True:
            is_engine_old = self._abandoned_job > 0
            try:
                self._send(Call(job, GENERATE, (request,)))
                return self._follow(job, on_progress, is_cancelled)
            except GONE as error:
                if is_cancelled():
                    self._bury()
                    raise CancelledError("Cancelled.") from error
                if not is_engine_old:
                    raise self._death() from error
                log.info("The engine of a cancelled job was ended; the next job gets a new one")
                self._bury()

    def close(self) -> None:
        """End the child: ask it to end, then kill it."""
        self._cancelled_up_to.value = self._job
        self._child.close()
        self._forget_child()

    def _send(self, call: Call) -> None:
        if self._child.has_died:
            if self._abandoned_job:
                self._bury()
            else:
                self._child.bury_reported()
                self._forget_child()
        self._child.send(call)

    def _follow(
        self, job: int, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        cancelled_s: float | None = None
        if self._abandoned_job:
            on_progress(Progress("load", 0, 1))
        while True:
            if cancelled_s is None and is_cancelled():
                cancelled_s = time.monotonic()
                self._cancelled_up_to.value = job
            message = self._child.receive(POLL_S)
            if message is None:
                waited_s = 0.0 if cancelled_s is None else time.monotonic() - cancelled_s
                if waited_s > self._cancel_grace_s:
                    self._abandon(job)
                    raise CancelledError("Cancelled.")
            elif message.number == job:  # an abandoned job may still report
                self._abandoned_job = 0
                if not isinstance(message, Reported):
                    return value_of(message, "Generating", "Try other settings")
                on_progress(message.value)

    def _abandon(self, job: int) -> None:
        """Leave a cancelled job to the child, and kill the child if it ignores the cancel for too
        long."""
        self._abandoned_job = job
        limit = threading.Timer(
            self._abandoned_limit_s, self._kill_if_deaf, (self._child.process, job)
        )
        limit.daemon = True
        limit.start()
        self._limits = [*(one for one in self._limits if one.is_alive()), limit]

    def _kill_if_deaf(self, process: BaseProcess | None, job: int) -> None:
        """In the timer's thread."""
        self._child.kill_if(process, lambda: self._answered_up_to.value < job)

    def _death(self) -> EngineError:
        reason = self._child.bury_reported()
        self._forget_child()
        return EngineError(
            f"The sound engine ended unexpectedly ({reason}). Your take is kept: press Generate to "
            "start it again; fewer variations or a shorter sound need less memory."
        )

    def _bury(self) -> None:
        self._child.bury()
        self._forget_child()

    def _forget_child(self) -> None:
        """Forget the abandoned job and the GPU of a child that is gone."""
        if self._gpu is not None:
            self._gpu.board.clear()
        for limit in self._limits:
            limit.cancel()
            limit.join()
        self._limits = []
        self._abandoned_job = 0
