"""Describes the options of a family of generators; the window draws them, recipes keep them."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from qvim_studio.core.errors import UsageError

OptionValue = bool | int | float | str
ENCODER_OPTION, OWN_ENCODER = "encoder", "own"  # which encoder hears: the checkpoint's, or a name
LORA_OPTIONS = "lora."  # and a name: the weight of a LoRA
Kind = TypeVar("Kind", bound=OptionValue)


class Role(str, Enum):
    """The purpose of an option; the window groups options of one role."""

    QUALITY = "quality"
    ADHERENCE = "adherence"
    VARIETY = "variety"
    START = "start"
    SPEED = "speed"
    EXPERT = "expert"


@dataclass(frozen=True)
class Option:
    """One value that a checkpoint takes beside the words and sounds of a request.

    name: as recipes and the command line spell it. title: as the window shows it, without a colon.
    default: its type is the option's type (bool, int, float or str).
    low, high: inclusive range of a number. step: between two neighbouring values of a slider.
    choices: the only texts that are taken; empty where the value is no text.
    unit: behind the number, "" where it has none. needs: the input without which the option
    changes nothing (a value of capabilities.Input), "" where it always counts.
    is_added: it stands for something that the user added and may remove again; recipes keep its
    value only where it is not the default.
    """

    name: str
    title: str
    default: OptionValue
    role: Role
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    needs: str = ""
    is_added: bool = False

    def __post_init__(self) -> None:
        self.checked(self.default)

    def checked(self, value: object) -> OptionValue:
        """The value in the option's own type. Raises UsageError if it is of another type or out of
        range."""
        kind = type(self.default)
        if kind is float and type(value) is int and abs(value) <= sys.float_info.max:
            value = float(value)
        if not isinstance(value, (bool, int, float, str)) or type(value) is not kind:
            raise UsageError(
                f"{self.title} ({self.name}) takes {_NAMES[kind]}, got {value!r}. Choose another "
                "value."
            )
        if self.choices and value not in self.choices:
            raise UsageError(
                f"{self.title} ({self.name}) takes one of {', '.join(self.choices)}, got {value!r}."
                " Choose one of them."
            )
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._check_range(value)
        return value

    def parsed(self, text: str) -> OptionValue:
        """The value that a text on the command line means. Raises UsageError.

        >>> Option("steps", "Steps", 25, Role.QUALITY, low=1, high=200).parsed("50")
        50
        >>> Option("loop", "Loop", False, Role.EXPERT).parsed("on")
        True
        """
        kind = type(self.default)
        try:
            value = _TRUTH[text.lower()] if kind is bool else kind(text)
        except (ValueError, KeyError):
            value = text
        return self.checked(value)

    def _check_range(self, value: float) -> None:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= value <= high or abs(value) == math.inf:
            # a whole number may be larger than any float
            got = f"{value:g}" if isinstance(value, float) else str(value)
            raise UsageError(
                f"{self.title} ({self.name}) must lie between {low:g} and {high:g}{self.unit}, got "
                f"{got}{self.unit}. Choose a value in that range."
            )


_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
_TRUTH = {"true": True, "yes": True, "on": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class OptionValues(Mapping[str, OptionValue]):
    """Immutable values by option name; an absent value means the checkpoint's default."""

    values_by_name: Mapping[str, OptionValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values_by_name", MappingProxyType(dict(self.values_by_name)))

    def __getitem__(self, name: str) -> OptionValue:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def __hash__(self) -> int:
        return hash(frozenset(self.values_by_name.items()))

    def __reduce__(self) -> tuple[type[OptionValues], tuple[dict[str, OptionValue]]]:
        return OptionValues, (dict(self.values_by_name),)  # a view of a mapping cannot be pickled

    def filled(self, options: Sequence[Option]) -> OptionValues:
        """The checked value of every option; options without a value get their default.

        Raises UsageError for a name that no option has or a value that its option refuses.
        """
        known = {option.name: option for option in options}
        unknown = [name for name in self if name not in known]
        if unknown:
            raise UsageError(
                f"This checkpoint has no option {unknown[0]!r}; it has "
                f"{', '.join(known) or 'none'}. Remove the value, or choose another checkpoint."
            )
        given = {
            name: option.checked(self.get(name, option.default)) for name, option in known.items()
        }
        return OptionValues(given)

    def fitting(self, options: Sequence[Option]) -> OptionValues:
        """The values that these options take; all others are left out.

        >>> steps = Option("steps", "Steps", 25, Role.QUALITY, low=1, high=200)
        >>> dict(OptionValues({"steps": 9, "lora.gone": 1.0}).fitting([steps]))
        {'steps': 9}
        """
        known, taken = {option.name: option for option in options}, {}
        for name, value in self.items():
            with suppress(UsageError, KeyError):
                taken[name] = known[name].checked(value)
        return OptionValues(taken)

    def whole(self, name: str) -> int:
        """The whole number of that name; a missing value or another type is a bug (TypeError)."""
        return self._of_type(name, int)

    def number(self, name: str) -> float:
        """The number of that name, likewise."""
        return self._of_type(name, float)

    def text(self, name: str) -> str:
        """The text of that name, likewise."""
        return self._of_type(name, str)

    def is_on(self, name: str) -> bool:
        """The switch of that name, likewise."""
        return self._of_type(name, bool)

    def _of_type(self, name: str, kind: type[Kind]) -> Kind:
        value = self.get(name)
        if type(value) is not kind or not isinstance(value, kind):  # True is no whole number
            raise TypeError(f"expected {name} filled in as {kind.__name__}, got {value!r}")
        return value


@dataclass(frozen=True)
class Preset:
    """A named set of option values that one click applies.

    name: "sketch", "standard" or "fine", or a family's own.
    """

    name: str
    title: str
    values: OptionValues
