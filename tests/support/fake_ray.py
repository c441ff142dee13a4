"""As much of Ray as the workers of a render use: actors compute when somebody asks for answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """Anything that Ray says of itself."""


class RayActorError(RayError):
    """An actor is gone."""


class FakeReference:
    def __init__(self, actor: FakeActor, compute: Callable[[], Any]) -> None:
        self.actor = actor
        self.compute = compute


class FakeActor:
    """lost: whether its node is gone. hangs: whether it gives no answer any more."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        self.lost = self.hangs = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._instance, name)
        return SimpleNamespace(remote=lambda *values: FakeReference(self, lambda: method(*values)))


class FakeRay:
    """lose_starts: of how many next actors the start fails. lose_answers: of how many next orders
    the answer alone is lost. is_full: no actor gets a place. is_head_lost: nothing answers."""

    exceptions = SimpleNamespace(RayError=RayError, RayActorError=RayActorError)

    def __init__(self) -> None:
        self.actors: list[FakeActor] = []
        self.killed: list[FakeActor] = []
        self.options: dict[str, float] = {}
        self.lose_starts = self.lose_answers = 0
        self.is_full = self.is_head_lost = self.is_shut_down = False
        self.most_out = 0

    def remote(self, **options: float) -> Callable[[type], Any]:
        self.options = options
        return lambda kind: SimpleNamespace(remote=lambda *values: self._start(kind, values))

    def wait(
        self, references: Sequence[FakeReference], num_returns: int, timeout: float
    ) -> tuple[list[FakeReference], list[FakeReference]]:
        assert references and num_returns == 1
        if self.is_head_lost:
            raise RayError("no answer of the head")
        if self.is_full:
            return [], list(references)
        self.most_out = max(self.most_out, len(references))
        done = [each for each in references if not each.actor.hangs][:1]
        return done, [each for each in references if each not in done]

    def get(self, reference: FakeReference) -> Any:
        if reference.actor.lost:
            raise RayActorError("the actor is dead")
        answer = reference.compute()
        if self.lose_answers and answer is not True:
            self.lose_answers -= 1
            raise RayError("the object is lost")
        return answer

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 3.0, "GPU": 2.0, "memory": float(2**36)}

    def kill(self, actor: FakeActor) -> None:
        if self.is_head_lost:
            raise RayError("no answer of the head")
        self.killed.append(actor)

    def shutdown(self) -> None:
        self.is_shut_down = True

    def _start(self, kind: type, values: Sequence[Any]) -> FakeActor:
        actor = FakeActor(kind(*values))
        actor.lost = self.lose_starts > 0
        self.lose_starts -= actor.lost
        self.actors.append(actor)
        return actor
