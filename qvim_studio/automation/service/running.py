"""Runs the service on loopback until it is stopped."""

from __future__ import annotations

import errno
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.service.access_token import read_or_make_token
from qvim_studio.automation.service.routes import Service, make_service
from qvim_studio.automation.service.work_queue import WorkQueue
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import StudioError, reason_of

LOOPBACK = "127.0.0.1"
LAST_ANSWERS_S = 5  # that open streams get when the service ends


class ServicePlaces(NamedTuple):
    """output: gets sounds and packs. allowed: further folders that requests may name."""

    token_file: Path
    output: Path
    allowed: Sequence[Path]


class LoopbackServer(uvicorn.Server):
    """Ends the jobs before it waits for the streams that tell of them."""

    def __init__(self, app: ASGIApp, queue: WorkQueue) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_ANSWERS_S,
            )
        )
        self._queue = queue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._queue.cancel_all()
        await super().shutdown(sockets)


def bind_loopback(port: int) -> socket.socket:
    """A socket on this machine's loopback. port: 0 takes any free one. Raises StudioError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":  # where two programs could otherwise share a port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen()
    except (OSError, OverflowError) as error:
        bound.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise StudioError(
                f"Port {port} is taken, perhaps by another service of QVIM Studio. Use that one, "
                "or give another port with --port."
            ) from error
        raise StudioError(
            f"The service cannot use port {port} ({reason_of(error)}). Give another one with "
            "--port, from 1024 to 65535."
        ) from error
    return bound


def run_service(
    studio: Studio, port: int, places: ServicePlaces, on_ready: Callable[[int], None]
) -> None:
    """Serve until Ctrl+C, then end the running job and keep its finished sounds.

    port: 0 takes any free one; on_ready gets the one that was taken. Raises StudioError if the port
    or the token cannot be used.
    """
    token = read_or_make_token(places.token_file)
    bound = bind_loopback(port)
    port = bound.getsockname()[1]
    queue = WorkQueue()
    try:
        with tempfile.TemporaryDirectory(prefix="qvim-studio-uploads-") as uploads:
            folders = AllowedFolders([Path(uploads), places.output, *places.allowed])
            service = Service(studio, queue, folders, places.output, Path(uploads))
            server = LoopbackServer(make_service(service, port=port, token=token), queue)
            on_ready(port)
            server.run(sockets=[bound])
    finally:
        bound.close()
        queue.close()
