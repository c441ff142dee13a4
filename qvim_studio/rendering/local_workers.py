"""Workers on this machine: child processes with an engine each."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qvim_studio.jobs.child.child_process import GONE, ChildProcess, ready_children
from qvim_studio.jobs.child.messages import Answer, Call, Finished
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.render_service import RENDER, serve_renderer
from qvim_studio.rendering.row_limits import RowLimits
from qvim_studio.rendering.scheduling import Returned

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GivenOrder:
    """What a worker is busy with. since_s: by the clock."""

    order: RenderOrder
    since_s: float


class LocalWorkers:
    """See scheduling.Workers. A worker starts with its first order and again after it died or gave
    no answer in time; each has one order at a time."""

    def __init__(
        self,
        factory: str,
        environments: Sequence[Mapping[str, str]],
        limits: RowLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """factory: "package.module:function" that makes the engine inside a worker. environments:
        of each worker, see ChildProcess. limits: None takes the usual ones."""
        self._idle = [
            ChildProcess(f"qvim-render-{number}", serve_renderer, factory, environment=environment)
            for number, environment in enumerate(environments, start=1)
        ]
        self._busy: dict[ChildProcess, GivenOrder] = {}
        self._limits = limits or RowLimits()
        self._clock = clock
        self._numbers = itertools.count(1)
        self._refused: list[Returned] = []

    def has_room(self) -> bool:
        return bool(self._idle) and not self._refused

    def give(self, order: RenderOrder) -> None:
        """See Workers."""
        child = self._idle.pop()
        if child.has_died:  # while it had nothing to do
            child.bury_reported()
        try:
            child.send(Call(next(self._numbers), RENDER, (order,)))
        except GONE:
            self._refused.append(Returned(order, None, child.bury_reported()))
            self._idle.append(child)
            return
        self._busy[child] = GivenOrder(order, self._clock())

    def wait(self, timeout_s: float) -> Sequence[Returned]:
        """See Workers."""
        returned, self._refused = self._refused, []
        if returned or not self._busy:
            return returned
        next_s = min(map(self._left_s, self._busy.values()))
        ready = ready_children(self._busy, max(min(timeout_s, next_s), 0.0))
        for child in ready:
            try:
                message = child.receive(0.0)
            except GONE:
                returned.append(Returned(self._freed(child).order, None, child.bury_reported()))
                continue
            if isinstance(message, Answer):
                order = self._freed(child).order
                if isinstance(message, Finished):
                    self._limits.learn(order, message.value.seconds)
                returned.append(Returned(order, message))
        late = [child for child, given in self._busy.items() if self._left_s(given) <= 0.0]
        for child in late:
            if child not in ready:  # what has arrived is read first
                returned.append(self._end(child))
        return returned

    def close(self) -> None:
        """See Workers."""
        for child in self._busy:
            child.bury()
        for child in self._idle:
            child.close()

    def _left_s(self, given: GivenOrder) -> float:
        return given.since_s + self._limits.limit_s(given.order) - self._clock()

    def _end(self, child: ChildProcess) -> Returned:
        """End a worker that hangs; the next order starts another."""
        order = self._freed(child).order
        limit_s = self._limits.limit_s(order)
        log.error("A worker gave no answer within %.0f s and is ended", limit_s)
        child.bury()
        return Returned(order, None, late_s=limit_s)

    def _freed(self, child: ChildProcess) -> GivenOrder:
        self._idle.append(child)
        return self._busy.pop(child)
