"""One job at a time, in the order in which they came."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator

import pytest

from qvim_studio.automation.service.work_queue import (
    QueueFullError,
    ServiceJob,
    UnknownJobError,
    WorkQueue,
)
from qvim_studio.core.errors import CancelledError, StoppedEarly


@pytest.fixture
def queue() -> Iterator[WorkQueue]:
    queue = WorkQueue(max_waiting=1, max_kept=2)
    yield queue
    queue.close()


def wait_until_over(job: ServiceJob) -> None:
    changed = threading.Event()
    with job.watched(changed.set):
        while not job.is_over:
            assert changed.wait(20)
            changed.clear()


def hold(queue: WorkQueue) -> tuple[ServiceJob, threading.Event]:
    """A running job that ends when the event is set."""
    began, released = threading.Event(), threading.Event()

    def work(job: ServiceJob) -> dict[str, object]:
        began.set()
        assert released.wait(20)
        if job.is_cancelled():
            raise CancelledError("Cancelled.")
        return {"made": 1}

    job = queue.submit("hold", work)
    assert began.wait(20)
    return job, released


def test_a_second_job_begins_when_the_first_is_over(queue: WorkQueue) -> None:
    first, release = hold(queue)
    second = queue.submit("next", lambda job: {"first was": first.facts()["state"]})
    assert queue.counts() == {"waiting": 1, "running": 1}
    release.set()
    wait_until_over(second)
    assert second.facts()["first was"] == "finished" and first.facts()["made"] == 1


def test_closing_cancels_every_job_and_waits_for_the_running_one(queue: WorkQueue) -> None:
    running, release = hold(queue)
    waiting = queue.submit("next", lambda job: {})
    release.set()
    queue.close()
    assert running.facts()["state"] in ("cancelled", "finished")
    assert waiting.facts()["state"] in ("cancelled", "finished")


def test_an_early_end_keeps_what_it_says(queue: WorkQueue) -> None:
    def work(job: ServiceJob) -> dict[str, object]:
        raise StoppedEarly({"clips": [1]}) from CancelledError("Cancelled.")

    job = queue.submit("stop", work)
    wait_until_over(job)
    facts = job.facts()
    assert (facts["state"], facts["error"], facts["clips"]) == ("cancelled", "Cancelled.", [1])


def test_a_cancelled_job_that_waits_never_begins(queue: WorkQueue) -> None:
    _, release = hold(queue)
    begun: list[str] = []
    job = queue.submit("next", lambda job: {"begun": begun.append("begun")})
    job.cancel()
    last = queue.submit("last", lambda job: {})
    release.set()
    wait_until_over(last)
    assert begun == [] and "before it began" in str(job.error)


def test_too_many_waiting_jobs_are_refused(queue: WorkQueue) -> None:
    _, release = hold(queue)
    queue.submit("next", lambda job: {})
    with pytest.raises(QueueFullError, match="1 jobs wait already"):
        queue.submit("more", lambda job: {})
    release.set()


def test_the_oldest_finished_jobs_are_forgotten(queue: WorkQueue) -> None:
    jobs = []
    for _ in range(4):
        jobs.append(queue.submit("short", lambda job: {}))
        wait_until_over(jobs[-1])
    assert queue.find(jobs[3].id) is jobs[3]
    with pytest.raises(UnknownJobError, match="There is no job"):
        queue.find(jobs[0].id)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_job_that_is_over_holds_nothing_of_its_request(
    is_cancelled: bool, queue: WorkQueue
) -> None:
    class Take:
        pass

    take = Take()
    held = weakref.ref(take)
    _, release = hold(queue)

    def submit(take: Take) -> ServiceJob:
        return queue.submit("next", lambda job: {"is_there": take is not None})

    job = submit(take)
    del take
    if is_cancelled:
        job.cancel()
    else:
        release.set()
        wait_until_over(job)
        wait_until_over(queue.submit("last", lambda job: {}))
    assert held() is None
    release.set()
