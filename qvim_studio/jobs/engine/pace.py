"""Learns from finished jobs how fast this machine is, and remembers it between sessions.

The time of a job has two rates: the cost of every step or sound, and the cost of every second of
audio in it. They are fitted to the newest jobs of the same checkpoint, memory mode and device,
because these differ by a factor of ten and more.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.independent_channels import independent_channels
from qvim_studio.core.request import MAX_DURATION_S, GenerationRequest, Start, VramMode
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.text.json_text import read_json
from qvim_studio.core.text.text_file import save_text

log = logging.getLogger(__name__)

PACE_VERSION = 2
KEPT_JOBS = 12  # jobs of one checkpoint, mode and device; older ones no longer describe the machine
AGING = 0.8  # of a job's weight with every later job, so that one slow moment is soon forgotten
PRIOR_WEIGHT = 0.05  # against one job: the share of each rate if all jobs are alike
PRIOR_STEP_S = 0.02  # of any pass, and per second of audio in it: a small UNet on two cores
PRIOR_STEP_PER_S = 0.1
PRIOR_SOUND_S = 0.3  # likewise, of decoding and finishing a sound
PRIOR_SOUND_PER_S = 0.5
PRIOR_FIT_PER_S = 0.5  # of a real sound that is fitted, per second of the imitation
USUAL_STEPS = 25
COUNTED_FRAMES = 50_000  # of a sound, at least, whose sides are only counted
# Of an upscaler, per second of audio: on two cores as measured of AudioSR in its published size,
# with its 50 steps (11 to 20 s each, for 5.12 s); on a GPU a guess.
UPSCALE_PER_S = {"process": 150.0, "gpu": 2.0}
SHORTEST_S = 1.28  # shorter sounds are computed at this length
LENGTH_STEP_S = 0.32  # and others at a multiple of this


@dataclass(frozen=True)
class JobTime:
    """One finished job. steps: the steps that ran. sound_s: computed length of each sound. fits:
    the number of fitted real sounds. encode, denoise, decode, fit: seconds of wall time of the
    phases."""

    steps: int
    sounds: int
    sound_s: float
    encode: float
    denoise: float
    decode: float
    fits: int = 0
    fit: float = 0.0


@dataclass(frozen=True)
class Defaults:
    """The values that a checkpoint chose for those that a request left open."""

    steps: int | None = None
    start: str | None = None
    strength: float | None = None


@dataclass(frozen=True)
class Pace:
    """Seconds of wall time. fixed: per job. step, step_per_s: per step of one sound, and per step
    and second of audio. sound, sound_per_s: likewise for decoding and everything after it.
    fit_per_s: per fitted real sound and second of audio."""

    fixed: float
    step: float
    step_per_s: float
    sound: float
    sound_per_s: float
    fit_per_s: float = PRIOR_FIT_PER_S

    def phases(self, steps: int, sounds: int, sound_s: float, fits: int = 0) -> dict[str, float]:
        """Expected seconds by phase for so many sounds of this computed length."""
        return {
            "encode": self.fixed,
            "denoise": steps * sounds * (self.step + self.step_per_s * sound_s),
            "decode": sounds * (self.sound + self.sound_per_s * sound_s),
            "fit": fits * self.fit_per_s * sound_s,
        }


FIRST_GUESS = Pace(0.5, PRIOR_STEP_S, PRIOR_STEP_PER_S, PRIOR_SOUND_S, PRIOR_SOUND_PER_S)


def fit(jobs: Sequence[JobTime]) -> Pace:
    """The pace that explains these jobs best, oldest first; relative errors count."""
    weights = [AGING**age for age in reversed(range(len(jobs)))]
    sound_s = [job.sound_s for job in jobs]
    passes = [job.denoise / (job.steps * job.sounds) for job in jobs]
    decodes = [job.decode / job.sounds for job in jobs]
    step, step_per_s = _line(sound_s, passes, weights, PRIOR_STEP_S / PRIOR_STEP_PER_S)
    sound, sound_per_s = _line(sound_s, decodes, weights, PRIOR_SOUND_S / PRIOR_SOUND_PER_S)
    fixed = float(np.average([job.encode for job in jobs], weights=weights))
    fits = [job.fit / (job.fits * job.sound_s) if job.fits else 0.0 for job in jobs]
    fit_weights = [weight * (job.fits > 0) for weight, job in zip(weights, jobs, strict=True)]
    has_fits = sum(fit_weights) > 0
    fit_per_s = float(np.average(fits, weights=fit_weights)) if has_fits else PRIOR_FIT_PER_S
    return Pace(fixed, step, step_per_s, sound, sound_per_s, fit_per_s)


def _line(
    lengths: Sequence[float], seconds: Sequence[float], weights: Sequence[float], share: float
) -> tuple[float, float]:
    """Intercept and slope, neither negative, of seconds over lengths.

    share: intercept divided by slope, used if the jobs do not determine it because all have one
    length.
    """
    rows = [
        [weight / max(each, 1e-6), weight * length / max(each, 1e-6)]
        for length, each, weight in zip(lengths, seconds, weights, strict=True)
    ]
    mean_s = max(float(np.average(seconds, weights=weights)), 1e-6)
    prior = [PRIOR_WEIGHT / mean_s, -PRIOR_WEIGHT * share / mean_s]
    matrix, wanted = np.array([*rows, prior]), np.array([*weights, 0.0])
    both = np.linalg.lstsq(matrix, wanted, rcond=None)[0]
    if both.min() < 0.0:  # the best without one of the two
        alone = wanted @ matrix / np.maximum(np.square(matrix).sum(axis=0), 1e-30)
        errors = np.square(wanted[:, None] - matrix * alone).sum(axis=0)
        both = alone * (errors <= errors.min())
    return float(both[0]), float(both[1])


class PaceBook:
    """The paces in a file, for requests and results."""

    def __init__(
        self,
        path: Path,
        capabilities_of: Callable[[str], Capabilities | None] = lambda checkpoint: None,
    ) -> None:
        """capabilities_of: what a checkpoint of this name makes; None where nobody knows."""
        self._path = path
        self._capabilities_of = capabilities_of
        self._pages = load_pages(path)

    def expected_s(self, request: GenerationRequest) -> float | None:
        """Expected seconds without loading; None before the first job of this kind."""
        phases = self.phases(request)
        return sum(phases.values()) if phases else None

    def guessed_s(self, request: GenerationRequest) -> float:
        """Expected seconds without loading; without any job of this kind, a rough guess."""
        known = self.expected_s(request)
        if known is not None:
            return known
        upscaling = self._upscaling_s(request)
        steps = _steps_run(request, Defaults()) or USUAL_STEPS
        guess = self._pages.unlike
        fits = _fits_run(request)
        sounds = self._sounds_made(request, Defaults())
        made = guess.phases(steps, sounds, computed_s(request), fits)
        return sum(made.values()) + upscaling

    def _upscaling_s(self, request: GenerationRequest) -> float:
        """Expected seconds of an upscaler, which are not learned."""
        if not request.upscaler:
            return 0.0
        place = self._pages.place if request.vram_mode is not VramMode.CPU else "process"
        channels = 1 if request.upscale is None else request.upscale.sound.channels
        return UPSCALE_PER_S[place] * channels * request.variations * request.natural_s

    def _sounds_made(self, request: GenerationRequest, defaults: Defaults) -> int:
        sound = request.imitation if request.edit is None else request.edit.sound
        if sound is None or sound.channels == 1:
            return request.variations
        return sounds_made(request, self._capabilities_of(request.checkpoint), defaults.start)

    def phases(self, request: GenerationRequest) -> dict[str, float]:
        """Expected seconds by phase; empty before the first job of this kind."""
        upscaling = {"upscale": self._upscaling_s(request)} if request.upscaler else {}
        if request.upscale is not None:
            return dict.fromkeys(("encode", "denoise", "decode", "fit"), 0.0) | upscaling
        page = self._pages.page_of(request.checkpoint, request.vram_mode)
        if page is None or not page.jobs:
            return {}
        steps = _steps_run(request, page.defaults)
        if steps is None:
            return {}
        fits = _fits_run(request)
        sounds = self._sounds_made(request, page.defaults)
        made = fit(page.jobs).phases(steps, sounds, computed_s(request), fits)
        return made | upscaling

    def learn(self, asked: GenerationRequest, result: GenerationResult) -> None:
        """Learn from a finished job. asked: as the user left it, with open values."""
        start = result.request.start
        defaults = Defaults(start=None if start is None else start.value)
        sides = self._sounds_made(asked, defaults) // asked.variations
        learned = self._pages.with_job(asked, result, sides)
        if learned != self._pages:
            self._pages = learned
            save_pages(learned, self._path)


@dataclass(frozen=True)
class Page:
    """The newest jobs of one checkpoint in one memory mode on one device."""

    jobs: tuple[JobTime, ...] = ()
    defaults: Defaults = Defaults()


@dataclass(frozen=True)
class Pages:
    """by_kind: pages by "checkpoint|mode|device". latest: the kind of the last job by
    "checkpoint|requested mode", because the mode may be auto and the engine chooses the device.
    unlike: the guess for a job of an unknown kind."""

    by_kind: Mapping[str, Page]
    latest: Mapping[str, str]
    unlike: Pace = FIRST_GUESS

    def page_of(self, checkpoint: str, mode: VramMode) -> Page | None:
        """The page of a checkpoint in a mode; None before the first job of this kind."""
        asked = f"{checkpoint}|{mode.value}"
        kinds = [self.latest.get(asked, "")]
        kinds += [kind for kind in self.by_kind if kind.startswith(f"{asked}|")]
        return next((self.by_kind[kind] for kind in kinds if kind in self.by_kind), None)

    @property
    def place(self) -> str:
        """The device of the jobs on this machine, as far as known: "gpu" or "process"."""
        return "gpu" if any(kind.endswith("|gpu") for kind in self.by_kind) else "process"

    def with_job(self, asked: GenerationRequest, result: GenerationResult, sides: int) -> Pages:
        """The pages with one more job; unchanged if the job gives no information. sides: sounds
        that are made one by one for each variation."""
        run, seconds = result.request, result.seconds
        sounds = len(result.variations) * sides
        steps = _steps_run(run, Defaults())
        if run.upscaler:  # the time of the upscaler would count as rendering
            return self
        if not sounds or not steps or seconds.get("denoise", 0.0) <= 0.0:
            return self
        device = "" if result.memory is None else result.memory.place
        kind = f"{run.checkpoint}|{run.vram_mode.value}|{device}"
        job = JobTime(
            steps,
            sounds,
            computed_s(run),
            encode=seconds.get("encode", 0.0),
            denoise=seconds["denoise"],
            decode=seconds.get("decode", 0.0) + seconds.get("rank", 0.0),
            fits=len(result.fitted),
            fit=seconds.get("fit", 0.0) if result.fitted else 0.0,
        )
        before = self.by_kind.get(kind, Page())
        defaults = replace(
            before.defaults,
            **{
                name: value.value if isinstance(value, Start) else value
                for name in ("steps", "start", "strength")
                if getattr(asked, name) is None and (value := getattr(run, name)) is not None
            },
        )
        page = Page((*before.jobs, job)[-KEPT_JOBS:], defaults)
        asked_kind = f"{asked.checkpoint}|{asked.vram_mode.value}"
        return replace(
            self,
            by_kind={**self.by_kind, kind: page},
            latest={**self.latest, asked_kind: kind},
        )


def sounds_made(
    request: GenerationRequest, capabilities: Capabilities | None, usual_start: str | None = None
) -> int:
    """How many sounds the generator makes: more than the variations where a checkpoint of one
    channel makes each side of a sound again. An estimate, from some of the samples.

    usual_start: of the checkpoint, where the request leaves it open.
    """
    if capabilities is None or capabilities.channels != 1 or not capabilities.denoises_sounds:
        return request.variations
    start = usual_start if request.start is None else request.start.value
    sound = None
    if request.edit is not None:
        sound = request.edit.surroundings if request.given_target is None else None
    elif start == Start.IMITATION.value and request.morph_sound is None:
        sound = request.imitation
    if sound is None or sound.channels == 1:
        return request.variations
    found = independent_channels(sound.samples[:: len(sound.samples) // COUNTED_FRAMES + 1])
    return request.variations * (1 if found is None else len(found[0]))


def computed_s(request: GenerationRequest) -> float:
    """Seconds that are computed for each sound, which is more than requested for short sounds and
    loops."""
    asked_s = min(max(request.natural_s + request.overhang_s, SHORTEST_S), MAX_DURATION_S)
    return LENGTH_STEP_S * math.ceil(asked_s / LENGTH_STEP_S - 1e-6)


def _steps_run(request: GenerationRequest, defaults: Defaults) -> int | None:
    """The steps that really run, because a start from a sound skips the first ones; None if
    unknown."""
    steps = request.steps if request.steps is not None else defaults.steps
    if steps is None:
        return None
    start = request.start.value if request.start is not None else defaults.start
    if request.start_sound is not None:
        start = Start.NEAREST.value
    strength = request.strength if request.strength is not None else defaults.strength
    if start in (None, Start.NOISE.value) or strength is None:
        return steps
    return max(1, int(steps * strength))


def _fits_run(request: GenerationRequest) -> int:
    """The number of fitted sounds; 0 without an imitation and for edits."""
    return 0 if request.imitation is None or request.edit is not None else request.fits


def load_pages(path: Path) -> Pages:
    """The pages of earlier sessions; empty if the file is not usable."""
    try:
        stored = read_json(path)
        if "version" not in stored:
            return _of_version_1(stored)
        if stored["version"] != PACE_VERSION:
            raise ValueError(f"version {stored['version']!r}, expected {PACE_VERSION}")
        pages = {str(kind): _page(page) for kind, page in stored["paces"].items()}
        latest = {str(asked): str(kind) for asked, kind in stored["latest"].items()}
        return Pages(pages, latest, Pace(**stored["unlike"]))
    except FileNotFoundError:
        return Pages({}, {})
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        log.info("The paces in %s are not used: %s", path, error)
        return Pages({}, {})


def _of_version_1(stored: Mapping[str, Any]) -> Pages:
    """Version 1 has one pace for all checkpoints, modes and devices, which serves as a first
    guess."""
    fixed, step, decode = (float(stored[name]) for name in ("fixed", "step", "decode"))
    return Pages({}, {}, Pace(fixed, 0.0, step, 0.0, decode))


def _page(stored: Mapping[str, Any]) -> Page:
    jobs = tuple(JobTime(**job) for job in stored["jobs"])
    for job in jobs:
        numbers = [float(value) for value in asdict(job).values()]
        if not all(math.isfinite(number) and number >= 0 for number in numbers):
            raise ValueError(f"a job of {job}")
        if not job.steps or not job.sounds:
            raise ValueError(f"a job of {job}")
    return Page(jobs, Defaults(**stored["defaults"]))


def save_pages(pages: Pages, path: Path) -> None:
    """Save the pages; a failure only costs an estimate."""
    values = {
        "version": PACE_VERSION,
        "paces": {kind: asdict(page) for kind, page in pages.by_kind.items()},
        "latest": dict(pages.latest),
        "unlike": asdict(pages.unlike),
    }
    try:
        save_text(path, json.dumps(values, indent=1))
    except OSError as error:
        log.info("The paces are not kept: %s", error)
