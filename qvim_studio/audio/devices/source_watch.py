"""Asks the sound server what PortAudio does not know of microphones: moves and true channels.

If a microphone is unplugged, PulseAudio and PipeWire continue its stream with any other source,
even a loudspeaker's monitor. PortAudio does not notice; the server's own tool reports it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0  # another source is reported within a second
TOOL_TIMEOUT_S = 3.0  # the recorder notices a server that hangs
_CLIENTS = ("libpulse", "libpipewire")
_UNKNOWN = (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError, AttributeError)

FindSources = Callable[[], frozenset[int]]


def find_sources() -> frozenset[int]:
    """The sources that this process records from at present; empty if unknown."""
    try:
        streams = _ask("list", "source-outputs") or ()
        return frozenset(int(stream["source"]) for stream in streams if _is_ours(stream))
    except _UNKNOWN as error:
        log.info("The sources of the sound server are not known: %s", error)
        return frozenset()


def default_source_channels() -> int | None:
    """How many channels the sound server's default microphone has; None if unknown."""
    try:
        server = _ask("info")
        if server is None:
            return None
        default = server["default_source_name"]
        for source in _ask("list", "sources") or ():
            if source["name"] == default:
                return len(source["channel_map"].split(","))
    except _UNKNOWN as error:
        log.info("The channels of the sound server's microphone are not known: %s", error)
    return None


class SourceWatch:
    """Looks every ``every_s`` seconds, in a thread of its own, from birth to ``close``."""

    def __init__(self, find: FindSources = find_sources, every_s: float = LOOK_EVERY_S) -> None:
        self._every_s = every_s
        self._find = find
        self._ended = threading.Event()
        self._moved = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source watch", daemon=True)
        self._thread.start()

    @property
    def has_moved(self) -> bool:
        """Whether the recording comes from another source than at first."""
        return self._moved.is_set()

    def close(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        first: frozenset[int] = frozenset()
        while not self._ended.wait(self._every_s):
            now = self._find()
            if not now:
                continue
            if first and now != first:
                self._moved.set()
                return
            first = now


def _ask(*question: str) -> Any:
    """The answer of the server's own tool; None if this process is not the server's client.

    Raises one of _UNKNOWN without an answer.
    """
    tool = shutil.which("pactl")
    if tool is None or not _is_client():
        return None
    command = [tool, "--format=json", *question]
    listing = subprocess.run(command, capture_output=True, timeout=TOOL_TIMEOUT_S, check=True)
    return json.loads(listing.stdout)


def _is_client() -> bool:
    """Whether PortAudio has loaded a sound server's library; asking a server otherwise may start
    it."""
    try:
        loaded = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(name in loaded for name in _CLIENTS)


def _is_ours(stream: dict[str, dict[str, str]]) -> bool:
    return stream["properties"].get("application.process.id") == str(os.getpid())
