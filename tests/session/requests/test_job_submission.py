"""Requests enter the queue with their takes, and long ones only once the user has agreed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qvim_studio.core.request import GenerationRequest
from qvim_studio.session.requests.job_submission import ASK_ABOVE_S, JobSubmission
from qvim_studio.session.requests.long_job import LongJob
from qvim_studio.session.services import Services

RAIN = GenerationRequest(text="rain", duration_s=1.0, variations=1)


@pytest.fixture
def submission(services: Services, tmp_path: Path) -> JobSubmission:
    services.queue.hold()
    return JobSubmission(services, lambda: tmp_path, services.queue)


def test_the_take_of_a_job_is_known_until_it_is_forgotten(
    submission: JobSubmission, tmp_path: Path
) -> None:
    take = tmp_path / "take.wav"
    job = submission.submit_again(RAIN, tmp_path, "rain", take)
    assert submission.imitation_path(job) == take
    assert submission.forget(job) == take and submission.imitation_path(job) is None


def test_only_what_takes_long_is_asked_about(submission: JobSubmission) -> None:
    asked: list[LongJob] = []
    begun: list[int] = []
    submission.asked.connect(asked.append)
    submission.start((RAIN,), lambda: begun.append(1))
    assert begun == [1] and not asked
    many = [replace(RAIN, seed=seed, duration_s=30.0, variations=16) for seed in range(200)]
    submission.start(many, lambda: begun.append(200))
    assert begun == [1] and asked[0].seconds > ASK_ABOVE_S
    asked[0].start()
    assert begun == [1, 200]
