"""``qvim-studio serve`` and ``qvim-studio mcp``: other programs ask the studio for sounds."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvim_studio.assembly import user_paths
from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import SoundFolderError, StudioError
from qvim_studio.core.text.file_names import is_folder

PACKAGES = ("starlette", "uvicorn", "mcp")  # that the extras install


def serve(options: argparse.Namespace) -> dict[str, Any]:
    """Run the HTTP service until Ctrl+C."""
    with _installed("serve"):
        from qvim_studio.automation.service.running import (
            LOOPBACK,
            ServicePlaces,
            run_service,
        )

    token_file = options.token_file or user_paths().token_file
    places = ServicePlaces(token_file, _output_of(options), _allowed_of(options))

    def show(port: int) -> None:
        print(f"QVIM Studio serves on http://{LOOPBACK}:{port}/v1 (Ctrl+C ends it)")
        print(f"token: {places.token_file}")
        print(f"sounds: {places.output}", flush=True)

    with Studio() as studio, contextlib.suppress(KeyboardInterrupt):
        run_service(studio, options.port, places, show)
    print("The service has ended.")
    return {}


def mcp(options: argparse.Namespace) -> dict[str, Any]:
    """Serve tools over standard input and output until the assistant goes."""
    with _installed("mcp"):
        from qvim_studio.automation.assistant import make_assistant_server

    output = _output_of(options)
    folders = AllowedFolders([output, *_allowed_of(options)])
    with Studio() as studio, contextlib.suppress(KeyboardInterrupt):
        make_assistant_server(studio, folders, output).run("stdio")
    return {}


def _output_of(options: argparse.Namespace) -> Path:
    return (options.output or user_paths().output_folder).resolve()


def _allowed_of(options: argparse.Namespace) -> list[Path]:
    absent = [folder for folder in options.allow if not is_folder(folder)]
    if absent:
        raise SoundFolderError(f"There is no folder “{absent[0]}” to allow. Give one that exists.")
    return options.allow


@contextlib.contextmanager
def _installed(extra: str) -> Iterator[None]:
    """Raises StudioError if what is imported inside is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in PACKAGES:
            raise
        raise StudioError(
            f"This command needs the package {error.name}, which is not installed. Install it with "
            f"pip install 'qvim-studio[{extra}]'."
        ) from error
