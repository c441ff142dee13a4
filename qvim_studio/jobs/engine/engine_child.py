"""The engine's own process: builds an engine and serves one request after the other."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_longlong
from multiprocessing.connection import Connection
from typing import Any

from qvim_studio.core.engine import Engine
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.jobs.child.messages import Call
from qvim_studio.jobs.child.serving import load_factory, serve

PREPARE = "prepare"  # checkpoint, vram_mode, text: load before anybody waits
GENERATE = "generate"  # request; the job's number is the call's


def serve_engine(
    factory: str, cancelled_up_to: c_longlong, answered_up_to: c_longlong, connection: Connection
) -> None:
    """factory: "package.module:function", called without arguments for the engine.

    cancelled_up_to: shared number; jobs up to it are to end. answered_up_to: see serving.serve.
    """
    serve(EngineService(factory, cancelled_up_to), connection, answered_up_to)


class EngineService:
    """An engine that is built when the first call needs it."""

    def __init__(self, factory: str, cancelled_up_to: c_longlong) -> None:
        self._factory = factory
        self._cancelled_up_to = cancelled_up_to
        self._engine: Engine | None = None

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        """See Service."""
        if call.name == PREPARE:
            self._prepare(*call.arguments, is_overtaken)
            return None
        return self._generate(call.number, *call.arguments, report)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()

    def _prepare(self, checkpoint: str, vram_mode: VramMode, text: str, is_overtaken: bool) -> None:
        """Words with something behind them are not read: others were typed, or the job is here."""
        self._made().prepare(checkpoint, vram_mode, "" if is_overtaken else text)

    def _generate(
        self, job: int, request: GenerationRequest, report: Callable[[Progress], None]
    ) -> GenerationResult:
        if self._engine is None:
            report(Progress("load", 0, 1))
        return self._made().generate(request, report, lambda: self._cancelled_up_to.value >= job)

    def _made(self) -> Engine:
        if self._engine is None:
            self._engine = load_factory(self._factory)()
        return self._engine
