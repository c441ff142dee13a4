"""What travels between the window's process and the engine's."""

from __future__ import annotations

from dataclasses import dataclass

from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress


@dataclass(frozen=True)
class Prepare:
    """To the child: import, build the engine and load this checkpoint, before anybody waits."""

    checkpoint: str
    vram_mode: VramMode
    text: str


@dataclass(frozen=True, eq=False)
class Generate:
    """To the child: run a request. Jobs are numbered upwards from 1."""

    job: int
    request: GenerationRequest


@dataclass(frozen=True)
class Shutdown:
    """To the child: free everything and end."""


@dataclass(frozen=True)
class Progressed:
    """From the child."""

    job: int
    progress: Progress


@dataclass(frozen=True, eq=False)
class Finished:
    """From the child."""

    job: int
    result: GenerationResult


@dataclass(frozen=True)
class Failed:
    """From the child: the world's fault; ``error`` is for the user."""

    job: int
    error: StudioError


@dataclass(frozen=True)
class Crashed:
    """From the child: a bug; ``trace`` is for the log."""

    job: int
    trace: str


@dataclass(frozen=True)
class Logged:
    """From the child: a log record, so that there is one log file."""

    level: int
    name: str
    text: str
