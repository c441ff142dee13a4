"""What a row of a list asks for, as plain values and paths, and the request made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import (
    DEFAULT_DURATION_S,
    MIN_DURATION_S,
    GenerationRequest,
    usual_balance,
)

IMITATION = "imitation"
KEY_DIGITS = 16  # 64 bits: a million rows share a key once in 37 million lists
MADE_BYTES_A_SECOND = 48_000 * 3  # mono at 24 bits
TEXT_BYTES = 6_000  # metadata and recipe of a sound, as measured (resources/guide/many.md)
_STAND_IN = AudioClip(np.zeros((1, 1), np.float32), 48_000)  # for sounds that are not read yet


@dataclass(frozen=True)
class RowRequest:
    """values: fields of GenerationRequest by name, ready for JSON. sounds: the path of each sound
    that the row uses, by the field it is for: imitation, timbre, start_sound."""

    values: Mapping[str, Any]
    sounds: Mapping[str, str]

    @property
    def title(self) -> str:
        """The name of the take; the words where there is none."""
        take = self.sounds.get(IMITATION)
        return str(self.values["text"]) if take is None else Path(take).stem

    def check(self) -> None:
        """Raises UsageError for what can be known to be impossible without reading a sound."""
        request_of_row(self.values, dict.fromkeys(self.sounds, _STAND_IN))

    def least_bytes(self) -> int:
        """What the files of the row take at least: a take counts as the shortest one possible
        where the row says no length, because nobody has read it yet."""
        length_s = self.values["duration_s"]
        if length_s is None:
            length_s = MIN_DURATION_S if IMITATION in self.sounds else DEFAULT_DURATION_S
        sounds = int(self.values["variations"]) + int(self.values["fits"])
        return sounds * (round(length_s * MADE_BYTES_A_SECOND) + TEXT_BYTES)

    def fingerprint(self, occurrence: int = 0) -> str:
        """Hexadecimal digits that only an equal row has, with the same sounds as they are now.

        occurrence: how many equal rows came before it. Sounds count by path, size and time of
        change; those that cannot be found count as absent.
        """
        stated = [occurrence, dict(self.values), *map(_state_of, sorted(self.sounds.items()))]
        text = json.dumps(stated, sort_keys=True, default=str)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:KEY_DIGITS]


def usual_values() -> dict[str, Any]:
    """The values of a row that says nothing."""
    values = GenerationRequest(text="any").recipe()
    usual = {name: value for name, value in values.items() if not name.endswith("_sha256")}
    return {**usual, "text": "", "balance": None}


def request_of_row(
    values: Mapping[str, Any],
    clips: Mapping[str, AudioClip],
    names: Mapping[str, str] | None = None,
) -> GenerationRequest:
    """The request. clips, names: the sounds by the fields they are for, and what people call them.

    Without a balance, words and a voice share evenly, as in ``generate``. Raises UsageError.
    """
    values = dict(values)
    for field, name in (names or {}).items():
        values[f"{field}_name"] = name
    imitation = clips.get(IMITATION)
    if values.get("balance") is None:
        has_sound = imitation is not None
        values["balance"] = usual_balance(str(values["text"]), has_sound=has_sound)
    return GenerationRequest.from_recipe(
        values, imitation, clips.get("timbre"), start_sound=clips.get("start_sound")
    )


def _state_of(sound: tuple[str, str]) -> list[Any]:
    field, path = sound
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return [field, path]
    return [field, path, status.st_size, status.st_mtime_ns]
