"""Notices that the sound server moved a recording to another microphone, which it does silently.

PulseAudio and PipeWire let a stream whose microphone is unplugged go on with any other source, a
loudspeaker's monitor included; PortAudio hears nothing of it. Their own tool tells.
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

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
TOOL_TIMEOUT_S = 3.0  # a server that hangs is the stall watch's business
_CLIENTS = ("libpulse", "libpipewire")

FindSources = Callable[[], frozenset[int]]


def find_sources() -> frozenset[int]:
    """The sources that this process records from now; empty where that is not known."""
    tool = shutil.which("pactl")
    if tool is None or not _is_client():
        return frozenset()
    command = [tool, "--format=json", "list", "source-outputs"]
    try:
        told = subprocess.run(command, capture_output=True, timeout=TOOL_TIMEOUT_S, check=True)
        streams = json.loads(told.stdout)
        return frozenset(int(stream["source"]) for stream in streams if _is_ours(stream))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError) as error:
        log.info("The sources of the sound server are not known: %s", error)
        return frozenset()


class SourceWatch:
    """Looks once a second, in a thread of its own, from birth to ``close``."""

    def __init__(self, find: FindSources = find_sources) -> None:
        self._find = find
        self._ended = threading.Event()
        self._moved = threading.Event()
        self._thread = threading.Thread(target=self._run, name="source watch", daemon=True)
        self._thread.start()

    @property
    def has_moved(self) -> bool:
        """Does the recording come from elsewhere than at first?"""
        return self._moved.is_set()

    def close(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        first: frozenset[int] = frozenset()
        while not self._ended.wait(LOOK_EVERY_S):
            now = self._find()
            if not now:
                continue
            if first and now != first:
                self._moved.set()
                return
            first = now


def _is_client() -> bool:
    """Has PortAudio loaded a sound server's library? Asking a server may start it otherwise."""
    try:
        loaded = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(name in loaded for name in _CLIENTS)


def _is_ours(stream: dict[str, dict[str, str]]) -> bool:
    return stream["properties"].get("application.process.id") == str(os.getpid())
