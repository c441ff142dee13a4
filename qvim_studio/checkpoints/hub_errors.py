"""Turns errors of the hub's client into sentences for the user."""

from __future__ import annotations

import errno
from typing import Any

from huggingface_hub.errors import (
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from qvim_studio.core.errors import CheckpointError, OutputError


def _transport_error() -> type[BaseException]:
    """The base error of the HTTP library behind the hub's client. The client changed that library
    between versions and does not name it, but its own error derives from the library's."""
    ours = ("huggingface_hub", "builtins")
    bases = (base for base in HfHubHTTPError.__mro__ if base.__module__.split(".")[0] not in ours)
    return next(bases, ConnectionError)


TRANSPORT_ERROR = _transport_error()
UNAUTHORIZED = 401
LOGIN_NEEDED = (407, 511)  # a proxy's, a network's


class hub_faults_as_errors:
    """A context that turns errors of the hub's client into one sentence."""

    def __init__(self, repo: str) -> None:
        self._repo = repo

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        text = None if error is None else self._sentence(error)
        if text is not None:
            is_disk = isinstance(error, OSError) and error.errno == errno.ENOSPC
            raise (OutputError if is_disk else CheckpointError)(text) from error

    def _sentence(self, error: BaseException) -> str | None:
        repo = self._repo
        if isinstance(error, GatedRepoError):
            return (
                f"{repo} is given only to people who accepted its terms. Accept them on its page, "
                "log in with 'hf auth login' (or set HF_TOKEN) and try again."
            )
        if isinstance(error, RevisionNotFoundError):
            return f"{repo} no longer has the pinned revision. Update QVIM Studio and try again."
        if isinstance(error, RepositoryNotFoundError):
            return (
                f"The hub knows no {repo}, or your token may not read it. Check HF_ENDPOINT and "
                "the token ('hf auth login'), and try again."
            )
        if isinstance(error, OfflineModeIsEnabled):
            return f"{repo} cannot be downloaded in offline mode. Unset HF_HUB_OFFLINE and retry."
        if isinstance(error, HfHubHTTPError):
            status = error.response.status_code
            if status in LOGIN_NEEDED:
                return login_page_sentence(repo, "the file")
            if status == UNAUTHORIZED:
                return (
                    f"The hub does not accept your token for {repo}. Log in again with 'hf auth "
                    "login' (or correct HF_TOKEN) and try again."
                )
            return f"The hub answered {status} for {repo}, expected the file. Try again later."
        if _has_cause(error, FileMetadataError):
            return login_page_sentence(repo, "the file")
        if isinstance(error, TRANSPORT_ERROR):
            return (
                f"The connection for {repo} failed or stood still ({type(error).__name__}). Check "
                "the network; the next try goes on where this one stopped."
            )
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return f"The disk is full: {repo} did not fit. Make room and start again."
        if isinstance(error, OSError):
            return (
                f"{repo} arrived incomplete ({error.strerror or 'less came than was announced'}). "
                "Start the download again; it goes on where this one stopped."
            )
        return None


def login_page_sentence(repo: str, wanted: str) -> str:
    """The sentence for a web page in place of the hub's answer."""
    return (
        f"Something between this computer and the hub answered for {repo} with a page of its own, "
        f"expected {wanted}: mostly the login page of a network or a company's proxy. Log in there "
        "with a browser (or set HTTPS_PROXY, or correct HF_ENDPOINT) and start the download again."
    )


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error is not None
