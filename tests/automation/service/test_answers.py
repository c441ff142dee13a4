"""Each error has the status that says the same, and one sentence under the key "error"."""

from __future__ import annotations

import json

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from qvim_studio.automation.allowed_folders import ForbiddenPathError
from qvim_studio.automation.service.answers import (
    RefusedRequestError,
    answer_to_error,
    error_answer,
    status_of,
)
from qvim_studio.automation.service.work_queue import QueueFullError, UnknownJobError
from qvim_studio.core.errors import (
    CancelledError,
    DeviceError,
    LongSoundError,
    OutOfMemoryError,
    PickledWeightsError,
    StudioError,
    UsageError,
)

REQUEST = Request({"type": "http", "method": "GET", "path": "/v1/dogs", "headers": []})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 422),
        (LongSoundError("x"), 422),  # as the audio file that it is about
        (PickledWeightsError("x", ()), 404),  # as the checkpoint
        (ForbiddenPathError("x"), 403),
        (UnknownJobError("x"), 404),
        (CancelledError("x"), 409),
        (QueueFullError("x"), 503),
        (OutOfMemoryError("x"), 507),
        (RefusedRequestError(421, "x"), 421),
        (DeviceError("x"), 500),
        (StudioError("x"), 500),
    ],
)
def test_an_error_has_the_status_of_its_nearest_kind(error: StudioError, status: int) -> None:
    answer = error_answer(error)
    assert answer.status_code == status_of(error) == status
    assert json.loads(answer.body) == {"error": "x"}


def test_a_request_without_a_token_is_told_what_kind_of_token_is_meant() -> None:
    assert error_answer(RefusedRequestError(401, "x")).headers["WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" not in error_answer(RefusedRequestError(403, "x")).headers


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "There is nothing at this address: GET /v1/dogs."),
        (405, "This address takes another method: GET /v1/dogs."),
        (413, "Too big: GET /v1/dogs."),
    ],
)
def test_what_the_server_itself_refuses_names_the_request(status: int, words: str) -> None:
    answer = answer_to_error(REQUEST, HTTPException(status, "Too big"))
    assert answer.status_code == status
    assert json.loads(answer.body)["error"] == f"{words} See the guide."


def test_a_bug_is_a_neutral_sentence() -> None:
    answer = answer_to_error(REQUEST, ZeroDivisionError("secret"))
    assert answer.status_code == 500 and b"secret" not in answer.body
    assert b"inside QVIM Studio" in answer.body


def test_nobody_is_answered_who_has_gone() -> None:
    answer = answer_to_error(REQUEST, ClientDisconnect())
    assert (answer.status_code, answer.body) == (499, b"")
