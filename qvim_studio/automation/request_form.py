"""A request in plain values and file names, as commands, scripts and JSON fill it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from qvim_studio.audio.files.given_sound import GivenSound, name_of, read_given, read_given_take
from qvim_studio.audio.files.reading import NotedClip
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import GenerationRequest, usual_balance
from qvim_studio.core.request_fields import REQUEST_FIELDS, TRIM, Holds


class ReadRequest(NamedTuple):
    """A request whose files were read. notes: about the files, sentences for the user. stem: what
    files that are made from it are named after."""

    request: GenerationRequest
    notes: tuple[str, ...]
    stem: str


@dataclass(frozen=True, eq=False)
class RequestForm:
    """What a request is made from.

    take: the imitation, a file or a clip; None for words alone. values: plain values by the names
    of REQUEST_FIELDS; absent ones mean the default of the request, and of ``balance`` half and half
    where there are both a sound and words. options: of the checkpoint's family. is_voice: whether
    the take is a recorded voice, and not a sound that others start from.
    """

    take: Path | AudioClip | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    options: OptionValues = field(default_factory=OptionValues)
    is_voice: bool = True

    @property
    def text(self) -> str:
        return self.values.get("text", "")

    @property
    def stem(self) -> str:
        """What files made from this form are named after."""
        return stem_of(self.take, self.text)

    def with_values(self, **values: Any) -> RequestForm:
        """A copy in which some values are replaced."""
        return replace(self, values={**self.values, **values})

    def with_usual(self, **values: Any) -> RequestForm:
        """A copy in which some values are set that were absent."""
        return replace(self, values={**values, **self.values})

    def read(self, edit: Edit | None = None) -> ReadRequest:
        """Read the files. edit: of a sound, of which the request makes a part.

        Raises AudioFileError if a file cannot be read, UsageError if a value is impossible.
        """
        if self.values.get("fits") and self.take is None:
            raise UsageError(
                "Fitted sounds (--fit) need an imitation that says when they come, got words "
                "alone. Give an audio file, or ask for no fitted sounds."
            )
        is_trimmed = self.values.get(TRIM.name, True)
        take = self.take and read_given_take(self.take, trim=is_trimmed, is_voice=self.is_voice)
        sounds: dict[str, NotedClip | GivenSound] = {}
        given: dict[str, Any] = {}
        for name, value in self.values.items():
            known = REQUEST_FIELDS[name]
            if known.holds is Holds.SOUND:
                path = Path(value)
                is_start = known.target == "start_sound"
                sounds[name] = sound = (
                    read_given(path)
                    if is_start
                    else read_given_take(path, trim=is_trimmed, is_voice=False)
                )
                given |= {known.target: sound.clip, f"{known.target}_name": name_of(path)}
            elif known is not TRIM:
                given[known.target] = known.of_plain(value)
        if "balance" not in given:
            has_sound = take is not None or edit is not None
            given["balance"] = usual_balance(self.text, has_sound=has_sound)
        request = GenerationRequest(
            imitation=take and take.clip, edit=edit, options=self.options, **given
        )
        read = [take, *(sounds.get(name) for name in ("timbre", "start_from"))]
        notes = tuple(note for sound in read if sound for note in sound.notes)
        return ReadRequest(request, notes, self.stem)


def stem_of(sound: Path | AudioClip | None, otherwise: str) -> str:
    """The name of a sound's file without its ending."""
    return sound.stem if isinstance(sound, Path) else otherwise
