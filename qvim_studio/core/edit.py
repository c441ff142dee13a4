"""Describes an edit: parts of a sound, or a continuation, are generated while the rest stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance

CONTEXT_S = 2.0  # of the sound before and after the part, usually
MIN_PART_S = 0.1
MAX_PART_S = 600.0  # the longest sound that can be made
LOWEST_ABOVE_HZ = 500.0  # highs from here on; below, nothing would be left to go by
MIN_KEPT_S = 0.04  # between two parts: what is shorter is lost in their crossfades
OVERLAP_S = 0.2  # a continuation begins before the end, for sounds end in a fade
_NUMBER = re.compile(r"_\d+$")
_EDITED = " edited"


@dataclass(frozen=True, eq=False)
class Edit:
    """One edit: which sound, and which parts of it.

    sound: the sound; everything outside the parts stays as it is, sample by sample.
    begin_s, end_s: the part, or the range from the first part to the last. If it ends after the
    sound, the sound gets longer. kept_s: begin and end of each stretch that stays between two
    parts.
    provenance: of the sound, if known.
    above_hz: only what lies above this frequency is replaced; None makes all of it.
    context_s: seconds of the sound around the parts that the model takes into account.
    bit_depth: of the sound's file and therefore of the result, which keeps the samples outside the
    parts; 32 means float.
    """

    sound: AudioClip
    begin_s: float
    end_s: float
    provenance: Provenance | None = None
    bit_depth: int = 24
    kept_s: tuple[tuple[float, float], ...] = ()
    above_hz: float | None = None
    context_s: float = CONTEXT_S

    def __post_init__(self) -> None:
        length_s = self.sound.duration_s
        if not 0.0 <= self.begin_s <= length_s:
            raise UsageError(
                f"The part must begin within the sound, 0 to {length_s:.2f} s, got "
                f"{self.begin_s:g} s. Choose a part of the sound, or continue it."
            )
        if not MIN_PART_S - 1e-9 <= self.end_s - self.begin_s <= MAX_PART_S:
            raise UsageError(
                f"The part must be {MIN_PART_S:g} to {MAX_PART_S:g} s long, got {self.begin_s:g} "
                f"to {self.end_s:g} s. Choose another one."
            )

        highest_hz = self.sound.sample_rate / 2
        if self.above_hz is not None and not LOWEST_ABOVE_HZ <= self.above_hz < highest_hz:
            raise UsageError(
                f"The highs must begin between {LOWEST_ABOVE_HZ:g} Hz and {highest_hz:g} Hz, half "
                f"the sound's rate, got {self.above_hz:g} Hz. Choose another frequency."
            )
        edges = [self.begin_s, *(edge for stretch in self.kept_s for edge in stretch), self.end_s]
        lengths = [late - early for early, late in pairwise(edges)]
        if self.kept_s and not (
            min(lengths[::2]) >= MIN_PART_S - 1e-9 and min(lengths[1::2]) >= MIN_KEPT_S - 1e-9
        ):
            raise UsageError(
                f"Parts must be at least {MIN_PART_S:g} s long and {MIN_KEPT_S:g} s apart, got "
                f"{parts_text(self.parts_s)}. Choose others."
            )
        if self.kept_s and self.is_continuation:
            raise UsageError(
                f"Several parts must end within the sound, {length_s:.2f} s long, got "
                f"{parts_text(self.parts_s)}. Choose others, or continue the sound by itself."
            )

    @classmethod
    def of_parts(
        cls,
        sound: AudioClip,
        parts_s: Sequence[tuple[float, float]],
        provenance: Provenance | None = None,
        bit_depth: int = 24,
    ) -> Edit:
        """An edit of one or several parts, in any order; parts that touch become one."""
        merged = merged_parts(parts_s)
        if not merged:
            raise UsageError("An edit needs a part of the sound, got none. Choose one.")
        kept_s = tuple((early[1], late[0]) for early, late in pairwise(merged))
        return cls(sound, merged[0][0], merged[-1][1], provenance, bit_depth, kept_s)

    @classmethod
    def continuing(
        cls, sound: AudioClip, seconds: float, provenance: Provenance | None = None
    ) -> Edit:
        """An edit that continues the sound for this many ``seconds`` after its end."""
        length_s = sound.duration_s
        overlap_s = min(OVERLAP_S, length_s / 4)
        return cls(sound, length_s - overlap_s, length_s + seconds, provenance)

    @property
    def is_continuation(self) -> bool:
        """Whether the edit makes the sound longer."""
        return self.end_s > self.sound.duration_s

    @property
    def parts_s(self) -> tuple[tuple[float, float], ...]:
        """Begin and end of each part in seconds, in order of time."""
        begins = [self.begin_s, *(end_s for _, end_s in self.kept_s)]
        ends = [*(begin_s for begin_s, _ in self.kept_s), self.end_s]
        return tuple(zip(begins, ends, strict=True))

    @property
    def window_s(self) -> tuple[float, float]:
        """Begin and end, in seconds, of the computed window: the parts and their surroundings."""
        after_s = min(self.end_s + self.context_s, self.sound.duration_s)
        return max(0.0, self.begin_s - self.context_s), max(self.end_s, after_s)

    @property
    def surroundings(self) -> AudioClip:
        """The sound within the window; shorter than the window if the sound gets longer."""
        rate = self.sound.sample_rate
        begin, end = (round(seconds * rate) for seconds in self.window_s)
        return AudioClip(self.sound.samples[begin:end], rate)


def merged_parts(parts_s: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The parts in order of time; parts that overlap or nearly touch become one.

    >>> merged_parts([(1.2, 1.4), (0.5, 0.8), (0.81, 1.0)])
    ((0.5, 1.0), (1.2, 1.4))
    """
    merged: list[tuple[float, float]] = []
    for begin_s, end_s in sorted(parts_s):
        if merged and begin_s - merged[-1][1] < MIN_KEPT_S:
            merged[-1] = merged[-1][0], max(merged[-1][1], end_s)
        else:
            merged.append((begin_s, end_s))
    return tuple(merged)


def parts_text(parts_s: Sequence[tuple[float, float]]) -> str:
    """The parts in words.

    >>> parts_text([(0.5, 0.8), (1.2, 1.4)])
    '0.50 to 0.80 s and 1.20 to 1.40 s'
    """
    spans = [f"{begin_s:.2f} to {end_s:.2f} s" for begin_s, end_s in parts_s]
    return " and ".join([", ".join(spans[:-1]), spans[-1]] if len(spans) > 1 else spans)


def stored_parts(stored: Any) -> tuple[tuple[float, float], ...]:
    """The ``parts_s`` that a recipe holds. Raises ValueError and TypeError for other values."""
    return tuple((float(begin_s), float(end_s)) for begin_s, end_s in stored)


def edited_name(name: str) -> str:
    """The name of an edit of this sound; an edit of an edit gets no second ending.

    >>> edited_name("door"), edited_name("door edited_02")
    ('door edited', 'door edited')
    """
    plain = _NUMBER.sub("", name)
    return plain if plain.replace("_", " ").endswith(_EDITED) else plain + _EDITED
