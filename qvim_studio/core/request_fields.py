"""What people set in a request: the one table behind Python, JSON, lists and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from qvim_studio.core.request import SamplerName, Start, VramMode

PlainValue = bool | int | float | str
_TRUTH = {"true": True, "yes": True, "on": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "0": False}


class Holds(Enum):
    """What a text names, if not itself."""

    SOUND = "the path of a sound"
    FOLDER = "the path of a folder"


@dataclass(frozen=True)
class RequestField:
    """name: in Python and JSON. kind: of its plain value. target: the field of GenerationRequest.
    column: in lists, and with hyphens on the command line. choices: the only texts that are taken.
    is_reversed: the column switches off what the name switches on."""

    name: str
    kind: type[PlainValue]
    target: str = ""
    column: str = ""
    choices: type[Enum] | None = None
    holds: Holds | None = None
    is_reversed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "target", self.target or self.name)
        object.__setattr__(self, "column", self.column or self.name)

    @property
    def expected(self) -> str:
        """What a text in the column should be, in words."""
        if self.choices is not None:
            return f"one of {self.choice_names}"
        if self.holds is not None:
            return self.holds.value
        return {bool: "yes or no", int: "a whole number", float: "a number", str: "words"}[
            self.kind
        ]

    @property
    def choice_names(self) -> str:
        return "" if self.choices is None else ", ".join(each.value for each in self.choices)

    def of_text(self, text: str) -> PlainValue:
        """The value that a text in the column means. Raises ValueError."""
        if self.kind is bool:
            if text.lower() not in _TRUTH:
                raise ValueError(text)
            return self.of_option(_TRUTH[text.lower()])
        if self.choices is not None:
            return self.choices(text).value
        return self.kind(text)

    def of_option(self, value: Any) -> Any:
        """The value that an option of the command line means; its name is that of the column."""
        if self.holds is not None:
            return str(value)
        return not value if self.is_reversed else value

    def of_plain(self, value: Any) -> Any:
        """The value as GenerationRequest holds it. Raises ValueError for no choice."""
        return value if self.choices is None else self.choices(value)


_ALL = (
    RequestField("text", str),
    RequestField("negative_text", str, column="negative"),
    RequestField("balance", float),
    RequestField("seed", int),
    RequestField("variations", int),
    RequestField("duration_s", float, column="duration"),
    RequestField("checkpoint", str),
    RequestField("follow", float),
    RequestField("steps", int),
    RequestField("guidance", float),
    RequestField("start", str, choices=Start),
    RequestField("strength", float),
    RequestField("start_from", str, "start_sound", holds=Holds.SOUND),
    RequestField("timbre", str, holds=Holds.SOUND),
    RequestField("library", str, "library_folder", holds=Holds.FOLDER),
    RequestField("fits", int, column="fit"),
    RequestField("loop", bool),
    RequestField("light", bool),
    RequestField("sampler", str, choices=SamplerName),
    RequestField("upscaler", str),
    RequestField("vram_mode", str, choices=VramMode),
    RequestField("clean_pauses", bool, column="keep_pauses", is_reversed=True),
    RequestField("extend_bandwidth", bool, column="no_extension", is_reversed=True),
    # How the take is read; the request holds what was read.
    RequestField("trim", bool, column="no_trim", is_reversed=True),
)
REQUEST_FIELDS: Mapping[str, RequestField] = {field.name: field for field in _ALL}
TRIM = REQUEST_FIELDS["trim"]
