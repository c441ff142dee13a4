"""Workers of a render that are no processes: they answer in the order in which they were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qvim_studio.export.files.clip_writer import EncodedClip
from qvim_studio.jobs.child.messages import Answer, Call, Finished
from qvim_studio.jobs.child.serving import answer_to
from qvim_studio.rendering.order import RenderedRow, RenderOrder
from qvim_studio.rendering.render_service import RENDER, RenderService
from qvim_studio.rendering.scheduling import Returned

Render = Callable[[RenderOrder], Answer]


def make_clip(order: RenderOrder) -> Answer:
    """One clip, whose bytes are the title of the row."""
    clip = EncodedClip("01", order.title.encode(), "{}\n")
    return Finished(1, RenderedRow((clip,), 0.5, 0.25))


def render_with(factory: str) -> Render:
    """As workers do, with the engine of a factory."""
    service = RenderService(factory)
    return lambda order: answer_to(service, Call(1, RENDER, (order,)), False, lambda value: None)


class InlineWorkers:
    """capacity: orders at a time. mishaps: by the title of a row, what comes back instead of its
    clips, one for each try: an answer, "lost", "unused" (lost before it was begun) or "late" (ended
    after ten minutes)."""

    def __init__(
        self,
        render: Render = make_clip,
        capacity: int = 2,
        mishaps: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        self._render = render
        self._capacity = capacity
        self._mishaps = {title: list(each) for title, each in (mishaps or {}).items()}
        self._out: list[RenderOrder] = []
        self.given: list[str] = []
        self.most_out = 0
        self.is_closed = False
        self.before_wait: Callable[[], None] = lambda: None

    def has_room(self) -> bool:
        return len(self._out) < self._capacity

    def give(self, order: RenderOrder) -> None:
        assert self.has_room()
        self._out.append(order)
        self.given.append(order.title)
        self.most_out = max(self.most_out, len(self._out))

    def wait(self, timeout_s: float) -> Sequence[Returned]:
        self.before_wait()
        order = self._out.pop(0)
        mishaps = self._mishaps.get(order.title)
        if not mishaps:
            return [Returned(order, self._render(order))]
        mishap = mishaps.pop(0)
        if mishap in ("lost", "unused"):
            return [Returned(order, None, "exit status 7", is_charged=mishap == "lost")]
        if mishap == "late":
            return [Returned(order, None, late_s=600.0)]
        return [Returned(order, mishap)]

    def close(self) -> None:
        self.is_closed = True
