"""The engine's own process: builds an engine and serves one request after the other."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_longlong
from multiprocessing.connection import Connection
from typing import Any

from qvim_studio.core.engine import Engine
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.jobs.child.messages import Call
from qvim_studio.jobs.child.serving import load_factory, serve
from qvim_studio.jobs.engine.gpu_board import GpuMeter, keep_writing

PREPARE = "prepare"  # checkpoint, vram_mode, text: load before anybody waits
GENERATE = "generate"  # request; the job's number is the call's


def serve_engine(
    factory: str,
    cancelled_up_to: c_longlong,
    answered_up_to: c_longlong,
    gpu: GpuMeter | None,
    connection: Connection,
) -> None:
    """factory: "package.module:function", called without arguments for the engine.

    cancelled_up_to: a shared number; jobs up to it have to end. answered_up_to: see serving.serve.
    gpu: the place for the memory that the engine holds of a GPU, once the engine is built.
    """
    serve(EngineService(factory, cancelled_up_to, gpu), connection, answered_up_to)


class EngineService:
    """An engine that is built when the first call needs it."""

    def __init__(
        self, factory: str, cancelled_up_to: c_longlong, gpu: GpuMeter | None = None
    ) -> None:
        self._factory = factory
        self._gpu = gpu
        self._cancelled_up_to = cancelled_up_to
        self._engine: Engine | None = None

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> Any:
        """See Service."""
        if call.name == PREPARE:
            checkpoint, vram_mode, text = call.arguments
            # Words are not encoded if other calls wait: newer words were typed, or the job itself
            # is here.
            self._made().prepare(checkpoint, vram_mode, "" if is_overtaken else text)
            return None
        (request,) = call.arguments
        return self._generate(call.number, request, report)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()

    def _generate(
        self, job: int, request: GenerationRequest, report: Callable[[Progress], None]
    ) -> GenerationResult:
        if self._engine is None:
            report(Progress("load", 0, 1))
        return self._made().generate(request, report, lambda: self._cancelled_up_to.value >= job)

    def _made(self) -> Engine:
        engine = self._engine
        if engine is None:
            engine = self._engine = load_factory(self._factory)()
            if self._gpu is not None:
                keep_writing(self._gpu.board, load_factory(self._gpu.read))
        return engine
