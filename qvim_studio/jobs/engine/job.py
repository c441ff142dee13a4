"""A generation as the window sees it: its request, its state and its result."""

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
    """One request in the queue.

    folder, stem: the folder of its clips and the beginning of their names.
    expected: expected seconds by phase, if earlier jobs allow an estimate.
    is_sketch: whether its sound is shown but not kept.
    cancelled: the flag that both threads read.
    unsaved: the finished sounds that its folder did not take; only the writing is left.
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
    """The progress of a running job.

    phase: "load", "encode", "denoise", "decode", "upscale", "fit" or "write".
    fraction: of the whole job, 0..1, never falling.
    seconds_left: an estimate; None before there is one.
    preview: a new picture of the forming sound, see core.result.Progress; None in most messages.
    arrived: a finished sound, while others are still being made.
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
    """The key of a sound in playback before it has a file."""
    return f"job {job_id}, seed {seed}"


@dataclass(frozen=True, eq=False)
class JobFinished:
    """A result with its files.

    is_whole: whether all sounds of the job were made. error: what ended the job early; None if the
    user did.
    """

    job: Job
    result: GenerationResult
    clips: tuple[WrittenClip, ...] = ()
    is_whole: bool = True
    error: StudioError | None = None


@dataclass(frozen=True, eq=False)
class JobEnded:
    """A job that ended without files. error: None if the user cancelled it.

    unsaved: the sounds that could not be written, with the clips that were; JobQueue.save writes
    them later.
    """

    job: Job
    error: StudioError | None
    unsaved: JobFinished | None = None
