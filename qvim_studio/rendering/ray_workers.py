"""Workers on a cluster: Ray actors with a model each; sounds travel as bytes both ways."""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qvim_studio.core.errors import EngineError, UsageError, reason_of
from qvim_studio.core.program.environment import environment_with
from qvim_studio.core.program.privacy import switch_telemetry_off
from qvim_studio.jobs.child.messages import Answer, Call, Finished
from qvim_studio.jobs.child.serving import answer_to
from qvim_studio.rendering.order import RenderOrder
from qvim_studio.rendering.render_service import RENDER, RenderService
from qvim_studio.rendering.row_limits import RowLimits
from qvim_studio.rendering.scheduling import Returned

log = logging.getLogger(__name__)

LOCAL = "local"
ORDERS_EACH = 2  # one that is rendered and one that is on its way
MAX_FAILED_STARTS = 5  # in a row
START_LIMIT_S = 600.0  # a node may have to read gigabytes of weights
NOWHERE = "http://127.0.0.1:9"  # the port that discards; nothing answers
# Seen in Ray 2.60: it finds a machine's address by a socket towards 8.8.8.8 and a look-up of the
# machine's name, unless clusters of several machines are switched off; and it asks the metadata
# services of three clouds where it runs, also without usage statistics, by HTTP as proxies say.
LOOPBACK_ONLY = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "no_proxy": "127.0.0.1,localhost,::1",
}
OBJECT_STORE_BYTES = 512 * 2**20  # of a cluster that is started here: a few orders and answers


class RenderActor:
    """One worker, on any node. factory: see RenderService."""

    def __init__(self, factory: str) -> None:
        self._service = RenderService(factory)

    def ready(self) -> bool:
        """Answers once the actor is there."""
        return True

    def render(self, order: RenderOrder) -> Answer:
        return answer_to(self._service, Call(1, RENDER, (order,)), False, lambda value: None)


@dataclass(frozen=True)
class RayConnection:
    """ray: the connected module. folder: of the cluster that was started here; None for others."""

    ray: Any
    folder: str | None = None

    def close(self) -> None:
        """Leave the cluster; end one that was started here and remove its files."""
        self.ray.shutdown()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def connect_to_ray(address: str, count: int) -> RayConnection:
    """Connect to a cluster; ``local`` starts one on this machine with as many processors as
    workers, which nobody else can use. Ray's usage statistics stay off.

    Raises UsageError where Ray is not installed, EngineError where no cluster answers.
    """
    switch_telemetry_off()
    is_local = address == LOCAL
    # Ray asks for a token by itself, and would keep one in the user's home.
    own = {**LOOPBACK_ONLY, "RAY_AUTH_TOKEN": secrets.token_hex(32)} if is_local else {}
    with environment_with(own), contextlib.ExitStack() as undone:
        try:
            import ray
        except ImportError as error:
            raise UsageError(
                "--ray needs the package ray, which is not installed. Install it into this "
                "environment (pip install ray), or leave --ray out."
            ) from error
        folder = tempfile.mkdtemp(prefix="qvim-ray-") if is_local else None
        connection = RayConnection(ray, folder)
        undone.callback(connection.close)
        asked: dict[str, Any] = {}
        if is_local:
            asked = {"num_cpus": count, "object_store_memory": OBJECT_STORE_BYTES}
            asked |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
            asked |= {"_temp_dir": folder}
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **asked)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            log.info("no cluster at %s", address, exc_info=True)
            raise EngineError(_no_cluster(address, error)) from error
        undone.pop_all()
    return connection


def _no_cluster(address: str, error: Exception) -> str:
    if address == LOCAL:
        return (
            f"Ray cannot start a cluster on this machine ({reason_of(error)}). Leave --ray out; "
            "the workers of this machine need no cluster."
        )
    return (
        f"No Ray cluster answers at {address!r}. Start one (ray start --head "
        "--disable-usage-stats) and give its address, or use --ray local."
    )


def room_for_workers(resources: Mapping[str, float], needed_bytes: int) -> int:
    """How many workers a cluster has room for, at least one: one for each GPU where there are
    GPUs, else one for each processor, as far as the memory reaches.

    resources: as ray.cluster_resources() says them; memory in bytes.
    """
    if resources.get("GPU", 0) >= 1:
        return int(resources["GPU"])
    by_memory = resources.get("memory", float("inf")) // max(needed_bytes, 1)
    return max(1, int(min(resources.get("CPU", 1), by_memory)))


class RayWorkers:
    """See scheduling.Workers. An actor that is lost, with its node or alone, is replaced wherever
    the cluster has room."""

    def __init__(
        self,
        connection: RayConnection,
        factory: str,
        count: int,
        resources: Mapping[str, float],
        limits: RowLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """resources: options of an actor, such as num_cpus. limits: None takes the usual ones."""
        self._connection = connection
        self._ray = ray = connection.ray
        self._make = ray.remote(**resources)(RenderActor).remote
        self._factory = factory
        self._clock = clock
        self._starting: dict[Any, Any] = {}  # actors by what they answer once they are there
        self._queues: dict[Any, list[Any]] = {}  # of each actor, the orders' references in order
        self._out: dict[Any, tuple[Any, RenderOrder]] = {}  # actor and order by reference
        self._limits = limits or RowLimits()
        self._begun_s: dict[Any, float] = {}  # when each actor began with its first order
        self._failed_starts = 0
        self._idle_since_s = clock()  # since when no actor is there
        for _ in range(count):
            self._start()

    def has_room(self) -> bool:
        return any(len(queue) < ORDERS_EACH for queue in self._queues.values())

    def give(self, order: RenderOrder) -> None:
        """See Workers."""
        actor = min(self._queues, key=lambda each: len(self._queues[each]))
        reference = actor.render.remote(order)
        if not self._queues[actor]:
            self._begun_s[actor] = self._clock()
        self._queues[actor].append(reference)
        self._out[reference] = actor, order

    def wait(self, timeout_s: float) -> Sequence[Returned]:
        """See Workers."""
        returned: list[Returned] = []
        for reference in self._done([*self._starting, *self._out], timeout_s):
            if reference in self._starting:
                self._welcome(reference)
            elif reference in self._out:
                returned += self._receive(reference)
        returned += self._end_late()
        self._check_start()
        return returned

    def close(self) -> None:
        """See Workers; leaves the cluster."""
        try:
            for actor in (*self._starting.values(), *self._queues):
                self._ray.kill(actor)
        except self._ray.exceptions.RayError as error:
            log.info("the cluster ends its workers without being asked: %s", error)
        finally:
            self._connection.close()

    def _done(self, references: Sequence[Any], timeout_s: float) -> Sequence[Any]:
        """The first of some references that is there, if one comes in time."""
        try:
            return self._ray.wait(list(references), num_returns=1, timeout=timeout_s)[0]
        except self._ray.exceptions.RayError as error:
            raise EngineError(
                "The connection to the Ray cluster was lost. What is made is kept; run the same "
                "command again once the cluster is back."
            ) from error

    def _start(self) -> None:
        actor = self._make(self._factory)
        self._starting[actor.ready.remote()] = actor

    def _welcome(self, reference: Any) -> None:
        actor = self._starting.pop(reference)
        try:
            self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            log.warning("a worker did not start: %s", error)
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS:
                raise EngineError(
                    f"{MAX_FAILED_STARTS} workers in a row did not start on the cluster. Install "
                    "the same version of QVIM Studio on every node, then run the same command "
                    "again."
                ) from error
            self._start()
            return
        self._failed_starts = 0
        self._queues[actor] = []

    def _receive(self, reference: Any) -> list[Returned]:
        actor, order = self._out[reference]
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayActorError as error:
            log.warning("a worker was lost: %s", error)
            return self._lose(actor, "it was lost with its process or its node")
        except self._ray.exceptions.RayError as error:
            log.warning("an answer was lost: %s", error)
            answer = None
        del self._out[reference]
        self._queues[actor].remove(reference)
        self._begun_s[actor] = self._clock()
        if isinstance(answer, Finished):
            self._limits.learn(order, answer.value.seconds)
        return [Returned(order, answer, "its answer was lost on the cluster")]

    def _end_late(self) -> list[Returned]:
        """The orders of actors that hang and are ended; an answer that is there is read first."""
        returned: list[Returned] = []
        for actor, queue in list(self._queues.items()):
            if not queue:
                continue
            limit_s = self._limits.limit_s(self._out[queue[0]][1])
            if self._clock() - self._begun_s[actor] <= limit_s or self._done(queue[:1], 0.0):
                continue
            log.error("a worker gave no answer within %.0f s and is ended", limit_s)
            returned += self._lose(actor, late_s=limit_s)
        return returned

    def _lose(self, actor: Any, reason: str = "", late_s: float | None = None) -> list[Returned]:
        """All orders of a lost actor. It was busy with the first, and had not begun the others."""
        self._ray.kill(actor)  # one whose node comes back would hold the place of its successor
        references = self._queues.pop(actor)
        del self._begun_s[actor]
        if not self._queues:
            self._idle_since_s = self._clock()
        self._start()
        first, *others = [self._out.pop(reference)[1] for reference in references]
        return [
            Returned(first, None, reason, late_s=late_s),
            *(Returned(order, None, reason, is_charged=False) for order in others),
        ]

    def _check_start(self) -> None:
        if self._queues:
            self._idle_since_s = self._clock()
        elif self._clock() - self._idle_since_s > START_LIMIT_S:
            raise EngineError(
                f"The cluster gave no worker within {START_LIMIT_S / 60:.0f} minutes. Check that "
                "its nodes have free processors or GPUs, then run the same command again."
            )
