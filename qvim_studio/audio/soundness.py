"""Whether a sound can be used as it is: noise floor, bandwidth, peak, offset, clicks and tail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any

import numpy as np

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.levels import rms_dbfs, true_peak_dbfs
from qvim_studio.core.clip import AudioClip, has_offset

NOISE_FLOOR_LIMIT_DBFS = -60.0
NOISE_WINDOW_S = 0.1
NOISE_WINDOWS = 3  # the quietest: one of them may be a fade
NOISE_PARTS = 4  # of a window, whose levels are compared
STEADY_DB, SPREAD_DB = 1.0, 5.0  # between the halves, and of all values: a fade is sound, not noise
APART_DB = 30.0  # by the peak; a higher level is the sound itself
TAIL_WINDOW_S = 0.005
MAX_TRUE_PEAK_DBFS = -0.1  # more is cut off by players and converters
CLICK_S = 0.001  # a click is over by then
CLICK_FACTOR = 12.0  # by which the jerk within a click exceeds those around it
LEAST_JERK = 1e-3  # of an audible click


class Flaw(str, Enum):
    """The flaws that a sound can have."""

    NOISE = "noise"
    PEAK = "peak"
    OFFSET = "offset"
    CLICKS = "clicks"
    TAIL = "tail"


@dataclass(frozen=True)
class Soundness:
    """noise_floor_dbfs: see ``noise_floor_dbfs``. is_noisy: whether steady noise fills the pauses.
    reach_hz: the highest frequency of the sound. clicks: their number. has_offset: whether the
    sound has a constant offset. is_cut: whether its tail is cut off."""

    noise_floor_dbfs: float | None
    is_noisy: bool
    reach_hz: float
    true_peak_dbfs: float
    clicks: int
    has_offset: bool
    is_cut: bool

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """The flaws of the sound; empty for a sound that can be used as it is."""
        failed = {
            Flaw.NOISE: self.is_noisy,
            Flaw.PEAK: self.true_peak_dbfs > MAX_TRUE_PEAK_DBFS,
            Flaw.OFFSET: self.has_offset,
            Flaw.CLICKS: self.clicks > 0,
            Flaw.TAIL: self.is_cut,
        }
        return tuple(flaw for flaw, is_failed in failed.items() if is_failed)

    def as_dict(self) -> dict[str, Any]:
        """The values for a recipe, rounded to what can be heard."""
        floor = self.noise_floor_dbfs
        return asdict(self) | {
            "noise_floor_dbfs": None if floor is None else round(floor, 1),
            "reach_hz": round(self.reach_hz),
            "true_peak_dbfs": round(self.true_peak_dbfs, 2),
        }

    @classmethod
    def from_dict(cls, values: object) -> Soundness | None:
        """The values that ``as_dict`` returned; None for other values or none."""
        names = {known.name for known in fields(cls)}
        if not isinstance(values, Mapping) or values.keys() != names:
            return None
        numbers = [values[name] for name in ("reach_hz", "true_peak_dbfs", "clicks")]
        floor = values["noise_floor_dbfs"]
        numbers += [] if floor is None else [floor]
        if not all(isinstance(number, (int, float)) for number in numbers):
            return None
        return cls(**values)


def soundness_of(clip: AudioClip) -> Soundness:
    """The soundness of a clip at any rate, with any number of channels."""
    mono = clip.mono()
    return Soundness(
        noise_floor_dbfs=noise_floor_dbfs(clip),
        is_noisy=_is_noisy(clip),
        reach_hz=bandwidth_hz(clip),
        true_peak_dbfs=true_peak_dbfs(clip),
        clicks=count_clicks(clip),
        has_offset=bool(has_offset(mono, float(mono.mean()) if len(mono) else 0.0)),
        is_cut=is_tail_cut(clip),
    )


def joined_soundness(parts: Sequence[Soundness]) -> Soundness:
    """The soundness of a sound from that of its parts, in their order: the quietest part gives the
    noise, the last part the ending."""
    floors = [part for part in parts if part.noise_floor_dbfs is not None]
    quietest = min(floors or parts, key=lambda part: part.noise_floor_dbfs or 0.0)
    return Soundness(
        noise_floor_dbfs=quietest.noise_floor_dbfs,
        is_noisy=quietest.is_noisy,
        reach_hz=max(part.reach_hz for part in parts),
        true_peak_dbfs=max(part.true_peak_dbfs for part in parts),
        clicks=sum(part.clicks for part in parts),
        has_offset=any(part.has_offset for part in parts),
        is_cut=parts[-1].is_cut,
    )


def noise_floor_dbfs(clip: AudioClip) -> float | None:
    """The level of the quietest 100 ms; None if the clip is shorter than 200 ms."""
    quietest = _quietest(clip)
    return rms_dbfs(AudioClip.from_mono(quietest[0], clip.sample_rate)) if quietest else None


def _quietest(clip: AudioClip) -> list[np.ndarray]:
    """The quietest windows of 100 ms, mono, the quietest first; empty for a clip that is shorter
    than two windows."""
    step = max(1, int(NOISE_WINDOW_S * clip.sample_rate))
    count = len(clip.samples) // step
    if count < 2:
        return []
    windows = clip.mono()[: count * step].reshape(count, step)
    order = np.argsort(np.square(windows, dtype=np.float64).mean(axis=1), kind="stable")
    return [windows[number] for number in order[:NOISE_WINDOWS]]


def _is_noisy(clip: AudioClip) -> bool:
    """Whether the quiet moments hold steady, audible noise far below the sound. A decay is not
    noise, and a sound without pauses cannot be judged."""
    peak_db = 20 * np.log10(np.abs(clip.samples).max(initial=0.0) + 1e-12)
    for window in _quietest(clip):
        parts = np.array_split(window - window.mean(), NOISE_PARTS)
        level_db = np.array([10 * np.log10(np.mean(np.square(part)) + 1e-12) for part in parts])
        first, second = np.split(level_db, 2)
        is_steady = abs(first.mean() - second.mean()) < STEADY_DB and np.ptp(level_db) < SPREAD_DB
        is_audible = NOISE_FLOOR_LIMIT_DBFS < level_db.mean() < peak_db - APART_DB
        if is_steady and is_audible:
            return True
    return False


def is_tail_cut(clip: AudioClip) -> bool:
    """Whether the very end is louder than -60 dBFS."""
    tail = clip.samples[-max(1, int(TAIL_WINDOW_S * clip.sample_rate)) :]
    end = AudioClip(np.ascontiguousarray(tail), clip.sample_rate)
    return rms_dbfs(end) > NOISE_FLOOR_LIMIT_DBFS


def count_clicks(clip: AudioClip) -> int:
    """Single milliseconds whose jerk (second difference) stands out from those around them."""
    windows = click_windows(clip)
    return len(windows) - int((np.diff(windows) == 1).sum())


def click_windows(clip: AudioClip) -> np.ndarray:
    """The indices of clicks in windows of CLICK_S; a click on the edge of two windows counts in
    both."""
    jerk = np.abs(np.diff(clip.samples, n=2, axis=0)).max(axis=1, initial=0.0)
    size = max(2, round(CLICK_S * clip.sample_rate))
    whole = np.pad(jerk, (0, -len(jerk) % size))  # a click may come within the last window
    peaks = whole.reshape(-1, size).max(axis=1, initial=0.0)
    if len(peaks) < 7:
        return np.zeros(0, dtype=int)
    padded = np.pad(peaks, 3)
    shifts = (0, 1, 5, 6)  # two before, two after; those beside it may hold its edges
    around = np.stack([padded[shift : shift + len(peaks)] for shift in shifts])
    calm = np.maximum(around.max(axis=0), LEAST_JERK)
    return np.flatnonzero(peaks > CLICK_FACTOR * calm)
