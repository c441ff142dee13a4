"""Refuses requests that do not come from a program of this user on this machine."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qvim_studio.automation.service.answers import RefusedRequestError, error_answer

MAX_JSON_BYTES = 1 << 20
MAX_UPLOAD_BYTES = 256 << 20  # ten minutes in stereo at 48 kHz and 24 bits: 173 MB


class Guard:
    """Stands before the service.

    Web pages reach loopback too, some under a name of theirs that is resolved to it (DNS
    rebinding). The Host must therefore be a name of loopback, and an Origin that of the service.
    A web page does not know the token either.
    """

    def __init__(
        self, app: ASGIApp, *, port: int, token: str, upload_limits: Mapping[str, int]
    ) -> None:
        """upload_limits: bytes that the body of a request to an address may have; elsewhere it is
        JSON."""
        self._upload_limits = upload_limits
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._credentials = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_limits.get(scope["path"], MAX_JSON_BYTES)
        try:
            self._check(Headers(scope=scope), limit)
        except RefusedRequestError as refused:
            await error_answer(refused)(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, limit), send)

    def _check(self, headers: Headers, limit: int) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise RefusedRequestError(
                421,
                f"Got the host {', '.join(hosts)!r}, expected one of "
                f"{', '.join(sorted(self._hosts))}. Call the service by its own address.",
            )
        origins = headers.getlist("origin")
        if any(origin.lower() not in self._origins for origin in origins):
            raise RefusedRequestError(
                403,
                f"Got a request from the page {', '.join(origins)!r}, expected a program of this "
                "machine. Web pages cannot use the service.",
            )
        given = headers.getlist("authorization")
        is_right = len(given) == 1 and secrets.compare_digest(
            given[0].encode("utf-8", "replace"), self._credentials
        )
        if not is_right:
            raise RefusedRequestError(
                401,
                f"Got {'a wrong' if given else 'no'} token, expected the one in the service's "
                "token file. Send that file's line as a header.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            raise _too_large(limit)


class _Limited:
    """Receives a body up to a limit, also where no header states its length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._limit:
            raise _too_large(self._limit)
        return message


def _too_large(limit: int) -> RefusedRequestError:
    return RefusedRequestError(
        413,
        f"Got a body that is larger than {limit >> 20} MiB, which is the limit here. Send less, or "
        "name the file by its path.",
    )
