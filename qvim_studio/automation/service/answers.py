"""Answers of the service: JSON, and errors as the sentences that people read."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from qvim_studio.automation.allowed_folders import ForbiddenPathError
from qvim_studio.automation.service.work_queue import QueueFullError, UnknownJobError
from qvim_studio.core.errors import (
    AudioFileError,
    CancelledError,
    CheckpointError,
    EngineError,
    OutOfMemoryError,
    OutputError,
    SoundFolderError,
    StudioError,
    UsageError,
    error_for_user,
)


class RefusedRequestError(StudioError):
    """The service refuses a request before it is looked at. status: of the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


_STATUS: dict[type[StudioError], int] = {
    UsageError: 422,
    AudioFileError: 422,
    ForbiddenPathError: 403,
    CheckpointError: 404,
    SoundFolderError: 404,
    UnknownJobError: 404,
    CancelledError: 409,
    QueueFullError: 503,
    EngineError: 503,
    OutOfMemoryError: 507,
    OutputError: 507,
}


def status_of(error: StudioError) -> int:
    """The HTTP status that says the same as the error."""
    if isinstance(error, RefusedRequestError):
        return error.status
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def error_answer(error: StudioError) -> JSONResponse:
    """The sentence under the key that the command line uses, too."""
    status = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse({"error": str(error)}, status, headers)


def answer_to_error(request: Request, error: Exception) -> Response:
    """What Starlette calls for everything that an endpoint raises."""
    if isinstance(error, ClientDisconnect):
        return Response(status_code=499)  # nobody reads it
    if isinstance(error, HTTPException):
        text = {404: "There is nothing at this address", 405: "This address takes another method"}
        what = text.get(error.status_code, error.detail)
        error = RefusedRequestError(
            error.status_code, f"{what}: {request.method} {request.url.path}. See the guide."
        )
    return error_answer(error_for_user(error, "The request"))
