"""Sounds of a comparison stand together, one group for each checkpoint, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qvim_studio.core.request import GenerationRequest
from qvim_studio.jobs.engine.job import Job
from qvim_studio.session.requests.comparison import CheckpointComparison

REQUESTS = tuple(GenerationRequest(text="dog", checkpoint=id) for id in ("one", "two"))


@dataclass
class Queue:
    """Submits and starts at once."""

    jobs: list[Job] = field(default_factory=list)

    def submit(self, request: GenerationRequest, stem: str, imitation_path: Path | None) -> Job:
        self.jobs.append(Job(len(self.jobs) + 1, request, Path(), stem))
        return self.jobs[-1]


def begun(queue: Queue) -> CheckpointComparison:
    comparison = CheckpointComparison(queue.submit, lambda requests, act: act())
    comparison.begin(REQUESTS, "dog", None)
    return comparison


def test_one_job_is_asked_of_each_checkpoint() -> None:
    queue = Queue()
    begun(queue)
    assert [job.request.checkpoint for job in queue.jobs] == ["one", "two"]


def test_groups_keep_their_order_whichever_comes_first() -> None:
    queue = Queue()
    comparison = begun(queue)
    first, second = queue.jobs
    assert comparison.together(second, ("c", "d")) == ("c", "d")
    assert comparison.together(first, ("a", "b")) == ("a", "b", "c", "d")


def test_any_other_job_is_shown_by_itself() -> None:
    queue = Queue()
    comparison = begun(queue)
    comparison.together(queue.jobs[0], ("a",))
    other = Job(99, REQUESTS[0], Path(), "dog")
    assert comparison.together(other, ("x",)) == ("x",)
    # The next comparison begins again.
    comparison.begin(REQUESTS, "dog", None)
    assert comparison.together(queue.jobs[-1], ("y",)) == ("y",)


def test_nothing_is_asked_until_the_user_agrees() -> None:
    queue, waiting = Queue(), []
    comparison = CheckpointComparison(queue.submit, lambda requests, act: waiting.append(act))
    comparison.begin(REQUESTS, "dog", None)
    assert not queue.jobs
    waiting[0]()
    assert len(queue.jobs) == 2
