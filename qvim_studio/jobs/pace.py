"""How fast this machine is: learned from every finished job, remembered between sessions."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from qvim_studio.audio.files import write_atomically
from qvim_studio.core.errors import OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult

log = logging.getLogger(__name__)

NEW_SHARE = 0.5  # of the newest job: half, so that one slow moment is soon forgotten


@dataclass(frozen=True)
class Pace:
    """All in seconds of wall time. step: per step and second of audio; decode: per second of
    audio; fixed: per job, whatever it makes."""

    fixed: float
    step: float
    decode: float

    def expected_s(self, audio_s: float, steps: int) -> float:
        """For a job that makes ``audio_s`` of sound in all, over all variations."""
        return self.fixed + audio_s * (steps * self.step + self.decode)

    def phases(self, audio_s: float, steps: int) -> dict[str, float]:
        """The same by phase."""
        return {
            "encode": self.fixed,
            "denoise": audio_s * steps * self.step,
            "decode": audio_s * self.decode,
        }


def learn(
    before: Pace | None, seconds: Mapping[str, float], audio_s: float, steps: int
) -> Pace | None:
    """The pace after one more job; None where it tells nothing.

    seconds: GenerationResult.seconds. Loading a checkpoint is left out: it happens once.
    """
    if audio_s <= 0 or steps <= 0 or "denoise" not in seconds:
        return before
    new = Pace(
        fixed=seconds.get("encode", 0.0),
        step=seconds["denoise"] / audio_s / steps,
        decode=(seconds.get("decode", 0.0) + seconds.get("rank", 0.0)) / audio_s,
    )
    if before is None:
        return new
    old_values, new_values = asdict(before), asdict(new)
    return Pace(**{k: old + NEW_SHARE * (new_values[k] - old) for k, old in old_values.items()})


class PaceBook:
    """The pace in a file, for requests and results."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pace = load_pace(path)

    def expected_s(self, variations: int, duration_s: float, steps: int) -> float | None:
        """Seconds for so many sounds of this length; None before anything was learned."""
        if self._pace is None or not steps:
            return None
        return self._pace.expected_s(variations * duration_s, steps)

    def phases(self, request: GenerationRequest) -> dict[str, float]:
        """Expected seconds by phase; empty where the request leaves the steps open."""
        if self._pace is None or request.steps is None:
            return {}
        return self._pace.phases(request.variations * request.natural_s, request.steps)

    def learn(self, result: GenerationResult) -> None:
        """Take a finished job to heart."""
        audio_s = len(result.variations) * result.request.natural_s
        pace = learn(self._pace, result.seconds, audio_s, result.request.steps or 0)
        if pace is not None and pace != self._pace:
            self._pace = pace
            save_pace(pace, self._path)


def load_pace(path: Path) -> Pace | None:
    """What earlier sessions learned; None where there is nothing, or nothing of use."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Pace(**{key: float(value) for key, value in values.items()})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        log.info("The pace in %s is not used: %s", path, error)
        return None


def save_pace(pace: Pace, path: Path) -> None:
    """Losing it costs an estimate and nothing else."""
    try:
        write_atomically(path, lambda part: _write(pace, part))
    except OutputError as error:
        log.info("The pace is not kept: %s", error)


def _write(pace: Pace, path: Path) -> None:
    path.write_text(json.dumps(asdict(pace)), encoding="utf-8")
