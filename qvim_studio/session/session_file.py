"""Stores take, candidates, words and queue of the window for the next start.

One small JSON file, written completely or not at all whenever something changes. Every part is read
by itself: a damaged part costs itself alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from qvim_studio.core.text.text_file import save_text
from qvim_studio.session.requests.held_jobs import HeldJob, HeldKit

log = logging.getLogger(__name__)

SESSION_VERSION = 1
Part = TypeVar("Part")
Other = TypeVar("Other")


@dataclass(frozen=True)
class HeldTake:
    """The imitation in hand. begin_s, end_s: the part that counts, in seconds of the file."""

    path: str
    begin_s: float
    end_s: float


@dataclass(frozen=True)
class HeldCandidate:
    """A shown candidate. id: in the library, 0 outside it. match: as it was shown, core.match."""

    path: str
    id: int = 0
    match: dict[str, Any] | None = None


@dataclass(frozen=True)
class Session:
    """The state of the window.

    panel: the values of the request panel by name. note: of the candidates. restarts: how often
    the session was taken up without anything being saved after it: a sign of a crash in it."""

    take: HeldTake | None = None
    candidates: tuple[HeldCandidate, ...] = ()
    note: str = ""
    panel: dict[str, Any] = field(default_factory=dict)
    jobs: tuple[HeldJob, ...] = ()
    kits: tuple[HeldKit, ...] = ()
    restarts: int = 0


def load_session(path: Path) -> Session:
    """The stored session; parts that cannot be used count as absent."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["version"] != SESSION_VERSION:
            raise ValueError(f"version {stored['version']!r}, expected {SESSION_VERSION}")
    except FileNotFoundError:
        return Session()
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.info("The session in %s is not taken up: %s", path, error)
        return Session()
    return Session(
        take=_read(lambda: _take(stored["take"]), None),
        candidates=_read(lambda: tuple(map(_candidate, stored["candidates"])), ()),
        note=_read(lambda: str(stored["note"]), ""),
        panel=_read(lambda: dict(stored["panel"]), {}),
        jobs=_read_each(stored, "jobs", HeldJob.of),
        kits=_read_each(stored, "kits", HeldKit.of),
        restarts=_read(lambda: int(stored["restarts"]), 0),
    )


def save_session(session: Session, path: Path) -> None:
    """Save the session. Raises OSError and leaves the former file as it is."""
    save_text(path, json.dumps({"version": SESSION_VERSION, **asdict(session)}))


def _take(stored: Mapping[str, Any] | None) -> HeldTake | None:
    if stored is None:
        return None
    return HeldTake(str(stored["path"]), float(stored["begin_s"]), float(stored["end_s"]))


def _candidate(stored: Mapping[str, Any]) -> HeldCandidate:
    return HeldCandidate(str(stored["path"]), int(stored["id"]), stored.get("match"))


def _read(read: Callable[[], Part], otherwise: Other) -> Part | Other:
    try:
        return read()
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        log.info("A part of the session is not taken up: %s", error)
        return otherwise


def _read_each(
    stored: Mapping[str, Any], name: str, read: Callable[[Any], Part]
) -> tuple[Part, ...]:
    """The entries of a list that can be used."""
    parts = (_read(partial(read, one), None) for one in _read(lambda: list(stored[name]), []))
    return tuple(part for part in parts if part is not None)
