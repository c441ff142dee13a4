"""A generation as the window sees it: what was asked, where it stands, what came of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np

from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.export.files.clip_writer import WrittenClip


class JobState(Enum):
    """queued → running → finished | cancelled | failed; only the queue writes it."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Job:
    """One request on its way.

    folder, stem: where its clips are written and how their names begin.
    expected: seconds its phases should take, where earlier jobs have taught it.
    is_sketch: its sound is shown and kept nowhere.
    cancelled: the flag that both threads look at.
    unsaved: what was made of it before, where its folder did not take that; only the writing is
    left.
    """

    id: int
    request: GenerationRequest
    folder: Path
    stem: str
    expected: Mapping[str, float] = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)
    is_sketch: bool = False
    unsaved: JobFinished | None = None


@dataclass(frozen=True)
class JobProgress:
    """A running job's news.

    phase: "load", "encode", "denoise", "decode", "upscale", "fit" or "write".
    fraction: of the whole job, 0..1, never falling.
    seconds_left: estimated; None before there is anything to go by.
    preview: a new picture of the sound as it forms, see core.result.Progress; mostly None.
    arrived: a sound that can be listened to while others are still being made.
    variations: how many sounds the job makes.
    """

    job_id: int
    phase: str
    step: int
    steps: int
    fraction: float
    seconds_left: float | None
    preview: np.ndarray | None = field(default=None, compare=False, repr=False)
    arrived: Variation | None = field(default=None, compare=False, repr=False)
    variations: int = 1


def arrived_key(job_id: int, seed: int) -> str:
    """What a sound is called in playback before it has a file."""
    return f"job {job_id}, seed {seed}"


@dataclass(frozen=True, eq=False)
class JobFinished:
    """The result with the files it was written to.

    is_whole: nothing ended the job before all of its sounds were made. error: what did; None where
    it was the user.
    """

    job: Job
    result: GenerationResult
    clips: tuple[WrittenClip, ...] = ()
    is_whole: bool = True
    error: StudioError | None = None


@dataclass(frozen=True, eq=False)
class JobEnded:
    """A job without files: ``error`` is None where the user cancelled it.

    unsaved: what was made and could not be written, with the clips that were; JobQueue.save takes
    it again.
    """

    job: Job
    error: StudioError | None
    unsaved: JobFinished | None = None
