"""What every worker does, in a process of its own on any machine: one engine renders orders."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.given_sound import name_of, read_given, read_given_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.request_fields import TRIM
from qvim_studio.export.files.clip_writer import encode_result
from qvim_studio.jobs.child.messages import Call
from qvim_studio.jobs.child.serving import load_factory, serve
from qvim_studio.rendering.order import RenderedRow, RenderOrder
from qvim_studio.rendering.row_request import IMITATION, request_of_row

RENDER = "render"  # order


def serve_renderer(factory: str, connection: Connection) -> None:
    """The main function of a local worker."""
    serve(RenderService(factory), connection)


class RenderService:
    """An engine that is built when the first order needs it. factory: "package.module:function"."""

    def __init__(self, factory: str) -> None:
        self._factory = factory
        self._engine: Engine | None = None

    def run(self, call: Call, is_overtaken: bool, report: Callable[[Any], None]) -> RenderedRow:  # noqa: FBT001, ARG002 - see Service
        """See Service."""
        (order,) = call.arguments
        began_s, began_processor_s = time.perf_counter(), time.process_time()
        engine = self._engine
        if engine is None:
            engine = self._engine = load_factory(self._factory)()
        with tempfile.TemporaryDirectory(prefix="qvim-render-") as folder:
            request = request_of_order(order, Path(folder))
        result = engine.generate(request, lambda progress: None, lambda: False)
        clips = encode_result(result, order.title)
        return RenderedRow(
            clips, time.perf_counter() - began_s, time.process_time() - began_processor_s
        )

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()


def request_of_order(order: RenderOrder, folder: Path) -> GenerationRequest:
    """The request of an order, its sounds unpacked into an empty folder.

    Raises AudioFileError for a sound that cannot be used, UsageError.
    """
    clips: dict[str, AudioClip] = {}
    names: dict[str, str] = {}
    for field, sound in order.sounds.items():
        path = folder / field / sound.name
        path.parent.mkdir(parents=True)
        path.write_bytes(sound.data)
        if field == "start_sound":
            clips[field] = read_given(path).clip
        else:
            clips[field] = read_given_take(path, trim=order.values.get(TRIM.name, True)).clip
        if field != IMITATION:
            names[field] = name_of(path)
    return request_of_row(order.values, clips, names)
