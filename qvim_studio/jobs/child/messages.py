"""The messages between the window's process and its children, including a child's errors."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from qvim_studio.core.errors import EngineError, StudioError, bug_text

log = logging.getLogger(__name__)

NOBODY_WAITS = 0  # the number of a call whose answer is not sent


@dataclass(frozen=True, eq=False)
class Call:
    """To the child: run one of its service's calls. Calls with an answer count upwards from 1."""

    number: int
    name: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Shutdown:
    """To the child: free everything and end."""


@dataclass(frozen=True, eq=False)
class Reported:
    """From the child: a message of a call that is still running."""

    number: int
    value: Any


@dataclass(frozen=True, eq=False)
class Finished:
    """From the child: the value of the call."""

    number: int
    value: Any


@dataclass(frozen=True)
class Failed:
    """From the child: an error whose text is for the user."""

    number: int
    error: StudioError


@dataclass(frozen=True)
class Crashed:
    """From the child: a bug; ``trace`` is for the log."""

    number: int
    trace: str


@dataclass(frozen=True)
class Logged:
    """From the child: a log record for the one log file."""

    level: int
    name: str
    text: str


Answer = Finished | Failed | Crashed


def value_of(answer: Answer, task: str, advice: str = "Try again") -> Any:
    """The value of a call. Raises the child's StudioError, or EngineError for a bug in the child.

    task, advice: of the sentence about a bug, see bug_text.
    """
    if isinstance(answer, Finished):
        return answer.value
    if isinstance(answer, Failed):
        raise answer.error
    log.error("%s failed in a child process:\n%s", task, answer.trace)
    raise EngineError(bug_text(task, advice))
