"""Estimates the progress of a generation and its remaining time from earlier ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import Progress

PHASES = ("load", "encode", "denoise", "decode", "upscale", "fit")
FIRST_GUESS_S: dict[str, float] = dict(zip(PHASES, (4.0, 0.5, 8.0, 2.0, 0.0, 0.0), strict=True))
# A longer or larger request takes longer in these.
SCALED_PHASES = ("denoise", "decode", "upscale", "fit")
MIN_SHARE_KNOWN = 0.15  # share of a phase after which its own pace outweighs the learned one


class TimeEstimate:
    """Fraction done and seconds left of the running job.

    Phases may alternate, because a batch is denoised and decoded before the next one. The time
    between two messages belongs to the phase of the second, which reports what has just finished.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._learned_by_kind: dict[object, dict[str, float]] = {}
        self._learned: dict[str, float] = {}
        self._given: dict[str, float] = {}
        self._work = 1.0
        self._last_s = 0.0
        self._spent: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._fraction = 0.0

    def begin(
        self, request: GenerationRequest, expected: Mapping[str, float] | None = None
    ) -> None:
        """Begin a job. expected: seconds by phase, learned in earlier sessions."""
        self._given = dict(expected or {})
        kind = (
            request.checkpoint, request.vram_mode, request.steps, request.strength, request.fits,
            request.upscaler,
        )  # fmt: skip
        self._learned = self._learned_by_kind.setdefault(kind, {})
        self._work = request.variations * request.natural_s
        self._last_s = self._clock()
        self._spent = {}
        self._shares = {}
        self._fraction = 0.0

    def update(self, progress: Progress) -> tuple[float, float | None]:
        """The fraction of the job, and the seconds left or None before there is an estimate."""
        now, phase = self._clock(), progress.phase
        self._spent[phase] = self._spent.get(phase, 0.0) + now - self._last_s
        self._last_s = now
        self._shares[phase] = max(self._shares.get(phase, 0.0), progress.fraction)
        for earlier in PHASES[: PHASES.index(phase)] if phase in PHASES else ():
            if earlier not in SCALED_PHASES:
                self._shares[earlier] = 1.0  # over, or never needed
        left = sum(self._left(phase) for phase in PHASES)
        elapsed = sum(self._spent.values())
        if elapsed + left > 0:
            self._fraction = max(self._fraction, elapsed / (elapsed + left))
        paced = (self._shares.get(each, 0.0) for each in ("denoise", "upscale"))
        has_pace = max(paced) > MIN_SHARE_KNOWN
        is_known = "denoise" in self._learned or "denoise" in self._given
        return self._fraction, left if has_pace or is_known else None

    def finish(self) -> None:
        """End a job and keep the times of its phases."""
        for phase in PHASES:
            self._learned[phase] = self._spent.get(phase, 0.0) / self._scale(phase)

    def _left(self, phase: str) -> float:
        share = self._shares.get(phase, 0.0)
        if share > MIN_SHARE_KNOWN:
            return self._spent[phase] / share * (1.0 - share) if phase in self._spent else 0.0
        return self._expected(phase) * (1.0 - share)

    def _expected(self, phase: str) -> float:
        if phase in self._given:
            return self._given[phase]
        if phase in self._learned:
            return self._learned[phase] * self._scale(phase)
        return FIRST_GUESS_S[phase]

    def _scale(self, phase: str) -> float:
        return self._work if phase in SCALED_PHASES else 1.0
