"""What the window held when it was closed, or when it crashed: take, candidates, words, queue.

One small JSON file, written completely or not at all whenever something changes, and beside it the
sounds that queued requests are made from, each named by its hash. Every part is read by itself: a
damaged one costs itself alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from qvim_studio.audio.files.reading import read_audio, write_wav
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, clip_hash
from qvim_studio.core.text.text_file import save_text
from qvim_studio.jobs.engine.job import Job

log = logging.getLogger(__name__)

SESSION_VERSION = 1
Part = TypeVar("Part")


@dataclass(frozen=True)
class HeldTake:
    """The imitation in hand. begin_s, end_s: the part that counts, in seconds of the file."""

    path: str
    begin_s: float
    end_s: float


@dataclass(frozen=True)
class HeldCandidate:
    """id: in the library, 0 outside it. similarity: as it was shown."""

    path: str
    id: int = 0
    similarity: float | None = None


@dataclass(frozen=True)
class HeldJob:
    """A request that waits or runs. request: GenerationRequest.recipe(); edit: of its sound's
    part. imitation_path: the file of its take, where it has one."""

    request: dict[str, Any]
    folder: str
    stem: str
    imitation_path: str = ""
    edit: dict[str, Any] | None = None
    was_running: bool = False


@dataclass(frozen=True)
class Session:
    """panel: the values of the request panel by name. note: of the candidates. restarts: how often
    the session was taken up without anything being saved after it: a sign of a crash in it."""

    take: HeldTake | None = None
    candidates: tuple[HeldCandidate, ...] = ()
    note: str = ""
    panel: dict[str, Any] = field(default_factory=dict)
    jobs: tuple[HeldJob, ...] = ()
    restarts: int = 0


def load_session(path: Path) -> Session:
    """What is there; parts that cannot be used count as absent."""
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
        candidates=_read(lambda: tuple(HeldCandidate(**one) for one in stored["candidates"]), ()),
        note=_read(lambda: str(stored["note"]), ""),
        panel=_read(lambda: dict(stored["panel"]), {}),
        jobs=tuple(
            job
            for one in _read(lambda: list(stored["jobs"]), [])
            if (job := _read(lambda one=one: HeldJob(**one), None)) is not None
        ),
        restarts=_read(lambda: int(stored["restarts"]), 0),
    )


def save_session(session: Session, path: Path) -> None:
    """Raises OSError; then the session before is still there."""
    save_text(path, json.dumps({"version": SESSION_VERSION, **asdict(session)}))


def hold_job(job: Job, imitation_path: Path | None, folder: Path) -> HeldJob:
    """Write the sounds that a job is made from. Raises OutputError."""
    edit = job.request.edit
    edited = None if edit is None else edit.sound
    request = job.request
    for clip in (request.imitation, request.timbre, request.start_sound, edited):
        if clip is not None and not (path := _sound_file(folder, clip_hash(clip))).exists():
            write_wav(path, clip, "FLOAT")
    return HeldJob(
        request=request.recipe(),
        folder=str(job.folder),
        stem=job.stem,
        imitation_path="" if imitation_path is None else str(imitation_path),
        edit=None
        if edit is None
        else {
            "begin_s": edit.begin_s,
            "end_s": edit.end_s,
            "bit_depth": edit.bit_depth,
            "provenance": None if edit.provenance is None else edit.provenance.as_dict(),
        },
    )


def drop_sounds(jobs: Sequence[HeldJob], folder: Path) -> None:
    """Remove what no job needs any more."""
    needed = {_sound_file(folder, name) for job in jobs for name in _hashes(job)}
    for path in folder.glob("*.wav"):
        if path not in needed:
            path.unlink(missing_ok=True)


def request_again(job: HeldJob, folder: Path) -> GenerationRequest:
    """The request with its sounds. Raises a StudioError if one of them is gone."""
    imitation, timbre, start_sound, sound = (
        None if name is None else read_audio(_sound_file(folder, name))
        for name in _named(job.request)
    )
    try:
        edit = None if sound is None or job.edit is None else _edit(sound, job.edit)
        return GenerationRequest.from_recipe(job.request, imitation, timbre, edit, start_sound)
    except (TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"A queued request is damaged ({error}). Ask for it again.") from error


def _edit(sound: AudioClip, stored: Mapping[str, Any]) -> Edit:
    provenance = stored["provenance"]
    return Edit(
        sound,
        stored["begin_s"],
        stored["end_s"],
        None if provenance is None else Provenance(**provenance),
        stored["bit_depth"],
    )


def jobs_again(
    jobs: Sequence[HeldJob], folder: Path
) -> tuple[list[tuple[HeldJob, GenerationRequest]], list[str]]:
    """What can be queued anew, and for everything else why not."""
    found, lost = [], []
    for job in jobs:
        try:
            found.append((job, request_again(job, folder)))
        except StudioError as error:
            lost.append(f"{job.stem}: {error}")
    return found, lost


def _named(asked: Mapping[str, Any]) -> tuple[str | None, ...]:
    """The hashes of imitation, timbre, sound to start from and edited sound."""
    given = (asked.get(f"{name}_sha256") for name in ("imitation", "timbre", "start_sound"))
    return (*given, (asked.get("edit") or {}).get("sound_sha256"))


def _hashes(job: HeldJob) -> list[str]:
    return [name for name in _named(job.request) if name is not None]


def _sound_file(folder: Path, name: str) -> Path:
    return folder / f"{Path(name).name}.wav"


def _take(stored: Mapping[str, Any] | None) -> HeldTake | None:
    if stored is None:
        return None
    return HeldTake(str(stored["path"]), float(stored["begin_s"]), float(stored["end_s"]))


def _read(read: Callable[[], Part], otherwise: Part) -> Part:
    try:
        return read()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.info("A part of the session is not taken up: %s", error)
        return otherwise
