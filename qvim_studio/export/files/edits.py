"""Describes the edits of a clip on export: a list of frozen steps, never burnt into the clip.

The clip on the disk stays as it is; the list is stored as JSON and applied on the way out. Undo is
a shorter list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from qvim_studio.audio.files.reading import MAX_CHANNELS
from qvim_studio.audio.mending import DEFAULT_PAUSE_DB
from qvim_studio.audio.trim import DEFAULT_THRESHOLD_DB
from qvim_studio.core.errors import UsageError

SAMPLE_RATES_HZ = (44_100, 48_000, 88_200, 96_000)
MIN_TARGET_DB, MAX_TARGET_DB = -60.0, 0.0


@dataclass(frozen=True)
class Trim:
    """Keep the part between two times; end_s None: to the end."""

    begin_s: float = 0.0
    end_s: float | None = None

    def __post_init__(self) -> None:
        end_s = math.inf if self.end_s is None else self.end_s
        if not 0 <= self.begin_s < end_s:
            raise UsageError(
                f"A trim needs 0 <= begin < end, got {self.begin_s} s to {self.end_s} s. "
                "Choose a longer part."
            )


@dataclass(frozen=True)
class TrimSilence:
    """Cut the silence at both ends; the threshold is relative to the loudest 10 ms."""

    threshold_db: float = DEFAULT_THRESHOLD_DB

    def __post_init__(self) -> None:
        _check("silence threshold", self.threshold_db, -120.0, -1.0, "dB")


@dataclass(frozen=True)
class Fade:
    """Fade both ends with a raised cosine."""

    in_s: float = 0.002
    out_s: float = 0.01

    def __post_init__(self) -> None:
        _check("fade-in", self.in_s, 0.0, 60.0, "s")
        _check("fade-out", self.out_s, 0.0, 60.0, "s")


@dataclass(frozen=True)
class RemoveDc:
    """Remove the constant offset."""


@dataclass(frozen=True)
class NormalizePeak:
    """Scale so that the largest sample is ``target_dbfs``."""

    target_dbfs: float = -1.0

    def __post_init__(self) -> None:
        _check("peak target", self.target_dbfs, MIN_TARGET_DB, MAX_TARGET_DB, "dBFS")


@dataclass(frozen=True)
class NormalizeTruePeak:
    """Scale so that the waveform between the samples peaks at ``target_dbtp``."""

    target_dbtp: float = -1.0

    def __post_init__(self) -> None:
        _check("true-peak target", self.target_dbtp, MIN_TARGET_DB, MAX_TARGET_DB, "dBTP")


@dataclass(frozen=True)
class NormalizeLoudness:
    """Scale to ``target_lufs``, but never past ``ceiling_dbtp``.

    Under 400 ms loudness is undefined: then the true peak is scaled to the ceiling.
    """

    target_lufs: float = -23.0
    ceiling_dbtp: float = -1.0

    def __post_init__(self) -> None:
        _check("loudness target", self.target_lufs, -70.0, 0.0, "LUFS")
        _check("true-peak ceiling", self.ceiling_dbtp, MIN_TARGET_DB, MAX_TARGET_DB, "dBTP")


@dataclass(frozen=True)
class Resample:
    """Convert to one of the usual sample rates."""

    sample_rate: int = 48_000

    def __post_init__(self) -> None:
        if self.sample_rate not in SAMPLE_RATES_HZ:
            known = ", ".join(map(str, SAMPLE_RATES_HZ))
            raise UsageError(
                f"The sample rate must be one of {known} Hz, got {self.sample_rate}. Choose one."
            )


@dataclass(frozen=True)
class SetChannels:
    """Set the channels. 1: all mixed (AudioClip.mono). 2: mono on both sides, or the first two."""

    count: int = 1

    def __post_init__(self) -> None:
        if self.count not in (1, 2):
            raise UsageError(f"A clip becomes mono (1) or stereo (2), got {self.count}. Choose.")


@dataclass(frozen=True)
class FlipChannel:
    """Invert one channel, counted from 1, so that opposite channels add up."""

    channel: int = 2

    def __post_init__(self) -> None:
        _check("channel to flip", self.channel, 1, MAX_CHANNELS, "(the first is 1)")


@dataclass(frozen=True)
class RepairClicks:
    """Lead the sound on evenly over single clicks."""


@dataclass(frozen=True)
class SilencePauses:
    """Silence what lies lower than a threshold, which is relative to the loudest 10 ms."""

    threshold_db: float = DEFAULT_PAUSE_DB

    def __post_init__(self) -> None:
        _check("pause threshold", self.threshold_db, -120.0, -1.0, "dB")


@dataclass(frozen=True)
class SeamlessLoop:
    """Fade the end into the beginning, so that the whole clip repeats without a seam."""

    crossfade_s: float = 0.1

    def __post_init__(self) -> None:
        _check("crossfade", self.crossfade_s, 0.001, 10.0, "s")


Edit = (
    Trim
    | TrimSilence
    | Fade
    | RemoveDc
    | NormalizePeak
    | NormalizeTruePeak
    | NormalizeLoudness
    | Resample
    | SetChannels
    | FlipChannel
    | RepairClicks
    | SilencePauses
    | SeamlessLoop
)
KINDS: dict[str, type[Edit]] = {
    "trim": Trim,
    "trim_silence": TrimSilence,
    "fade": Fade,
    "remove_dc": RemoveDc,
    "normalize_peak": NormalizePeak,
    "normalize_true_peak": NormalizeTruePeak,
    "normalize_loudness": NormalizeLoudness,
    "resample": Resample,
    "channels": SetChannels,
    "flip": FlipChannel,
    "repair_clicks": RepairClicks,
    "silence_pauses": SilencePauses,
    "loop": SeamlessLoop,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_BREAK_LOOPS = (Trim, TrimSilence, Fade, Resample, SeamlessLoop)


@dataclass(frozen=True)
class EditList:
    """A list of edits, in the order in which they are applied."""

    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        loops = [i for i, edit in enumerate(self.edits) if isinstance(edit, SeamlessLoop)]
        if loops and (
            late := [e for e in self.edits[loops[0] + 1 :] if isinstance(e, _BREAK_LOOPS)]
        ):
            raise UsageError(
                f"{_NAMES[type(late[0])]!r} after 'loop' would break the seam, expected it "
                "before. Change the order."
            )

    def __bool__(self) -> bool:
        return bool(self.edits)

    def as_json(self) -> list[dict[str, Any]]:
        """The edits as plain values: kind and numbers of each."""
        return [{"kind": _NAMES[type(edit)], **asdict(edit)} for edit in self.edits]

    @classmethod
    def from_json(cls, rows: Sequence[dict[str, Any]]) -> EditList:
        """The edits from JSON. Raises UsageError for unknown kinds and values."""
        return cls(tuple(_edit_from(row) for row in rows))


def _edit_from(row: dict[str, Any]) -> Edit:
    kind = KINDS.get(str(row.get("kind"))) if isinstance(row, dict) else None
    if kind is None:
        raise UsageError(
            f'The edit {row!r} is not known, expected {{"kind": …}} with one of '
            f"{', '.join(KINDS)}. Update QVIM Studio, or edit the clip again."
        )
    values = {name: value for name, value in row.items() if name != "kind"}
    known = {field.name: field.default for field in fields(kind)}
    for name, value in values.items():
        if name not in known:
            takes = ", ".join(known) or "nothing more"
            raise UsageError(f"The edit {row['kind']!r} takes {takes}, got {name!r}.")
        is_whole = isinstance(known[name], int)
        if type(value) not in ({int} if is_whole else {int, float, type(known[name])}):
            number = "whole number" if is_whole else "number"
            raise UsageError(
                f"{name} of the edit {row['kind']!r} must be a {number}, got {value!r:.40}."
            )
    return kind(**values)


def _check(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not low <= value <= high:
        raise UsageError(
            f"The {name} must lie between {low} and {high} {unit}, got {value}. Choose another."
        )
