"""Requests for new sounds of given sounds, as commands, scripts and JSON fill them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from qvim_studio.audio.files.given_sound import GivenSound, name_of, read_given
from qvim_studio.audio.files.reading import NotedClip, read_noted, read_sound_header
from qvim_studio.audio.highs import edit_of_highs
from qvim_studio.automation.request_form import ReadRequest, RequestForm, stem_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit, edited_name
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import (
    BETWEEN_STRENGTH,
    DEFAULT_MORPH_AT,
    LIKE_STRENGTH,
    RESTYLE_STRENGTH,
    GenerationRequest,
    Start,
    VramMode,
)
from qvim_studio.core.upscale import Upscale, upscaled_name
from qvim_studio.export.files.recipe import provenance_of

Sound = Path | AudioClip
UNNAMED = "sound"  # what files are named after that are made of a clip without a file


class Readable(Protocol):
    """A form."""

    def read(self) -> ReadRequest:
        """Read the files. Raises AudioFileError, UsageError."""
        ...


@dataclass(frozen=True, eq=False)
class EditForm:
    """One of the three is given: parts, begin and end of each in seconds, are regenerated;
    continue_s says for how many seconds the sound goes on; highs_above_hz regenerates what lies
    above a frequency, and above what the sound holds if it is 0. form: its take is a voice that
    says what comes there, and when."""

    sound: Sound
    form: RequestForm
    parts: Sequence[tuple[float, float]] = ()
    continue_s: float | None = None
    highs_above_hz: float | None = None

    def read(self) -> ReadRequest:
        """See Readable. The sound keeps its licence and the bit depth of its file."""
        given = (self.parts or None, self.continue_s, self.highs_above_hz)
        if sum(each is not None for each in given) != 1:
            raise UsageError(
                "An edit takes parts, a length to continue by or highs, and one of them alone. "
                "Give parts, continue_s or highs_above_hz."
            )
        noted, came_from = _read_sound(self.sound)
        if self.continue_s is not None:
            edit = Edit.continuing(noted.clip, self.continue_s, came_from)
        elif self.highs_above_hz is not None:
            edit = edit_of_highs(noted.clip, self.highs_above_hz or None, came_from)
        else:
            edit = Edit.of_parts(noted.clip, self.parts, came_from)
        if isinstance(self.sound, Path):
            edit = replace(edit, bit_depth=read_sound_header(self.sound).bit_depth)
        request, notes, _ = self.form.read(edit)
        stem = edited_name(stem_of(self.sound, UNNAMED))
        return ReadRequest(request, (*noted.notes, *notes), stem)


@dataclass(frozen=True, eq=False)
class VaryForm:
    """Sounds like a sound: denoising starts from the sound and follows its course."""

    sound: Sound
    form: RequestForm

    def read(self) -> ReadRequest:
        """See Readable."""
        form = _starting_from(self.sound, self.form, LIKE_STRENGTH)
        return _named(form, f"{stem_of(self.sound, UNNAMED)} varied", self.sound)


@dataclass(frozen=True, eq=False)
class RestyleForm:
    """The same course in time, another sound: zero-shot style transfer (Liu et al. 2023, section
    3.4): a sound is noised as far as the strength says and denoised to what the words say."""

    sound: Sound
    form: RequestForm

    def read(self) -> ReadRequest:
        """See Readable."""
        if not self.form.text and "timbre" not in self.form.values:
            raise UsageError(
                "restyle needs to know what the sound should become, got neither --text nor "
                "--timbre. Say it in words, or give another sound."
            )
        form = _starting_from(self.sound, self.form, RESTYLE_STRENGTH)
        if form.text:
            form = form.with_usual(balance=1.0)
        return _named(form, f"{stem_of(self.sound, UNNAMED)} restyled", self.sound)


@dataclass(frozen=True, eq=False)
class MorphForm:
    """Sounds between two sounds: their latents mixed along the arc between them, then noised as far
    as the strength says and denoised. at: 0 the first .. 1 the second; None goes from the first to
    the second over time."""

    sound: Sound
    other: Sound
    form: RequestForm
    at: float | None = DEFAULT_MORPH_AT

    def read(self) -> ReadRequest:
        """See Readable."""
        other, name = _read_other(self.other)
        form = _starting_from(self.sound, self.form, BETWEEN_STRENGTH)
        request, notes, _ = form.read()
        request = request.with_changes(
            morph_sound=other.clip,
            morph_sound_name=name,
            morph_at=self.at,
        )
        licence = "What is left of the two sounds stays under their own licences."
        stem = f"{stem_of(self.sound, UNNAMED)} to {stem_of(self.other, UNNAMED)}"
        return ReadRequest(request, (*other.notes, licence, *notes), stem)


@dataclass(frozen=True, eq=False)
class UpscaleForm:
    """A sound that gets highs and stays what it is otherwise. upscaler: id or folder. known_hz: see
    Upscale."""

    sound: Sound
    upscaler: str
    seed: int = 0
    known_hz: float | None = None
    vram_mode: VramMode = VramMode.AUTO

    def read(self) -> ReadRequest:
        """See Readable."""
        noted, came_from = _read_sound(self.sound)
        request = GenerationRequest(
            upscale=Upscale(noted.clip, came_from, self.known_hz),
            upscaler=self.upscaler,
            checkpoint=self.upscaler,
            variations=1,
            seed=self.seed,
            vram_mode=self.vram_mode,
        )
        return ReadRequest(request, noted.notes, upscaled_name(stem_of(self.sound, UNNAMED)))


def _read_other(sound: Sound) -> tuple[NotedClip | GivenSound, str]:
    """With what people call it."""
    if isinstance(sound, AudioClip):
        return NotedClip(sound), UNNAMED
    return read_given(sound), name_of(sound)


def _read_sound(sound: Sound) -> tuple[NotedClip, Provenance | None]:
    if isinstance(sound, AudioClip):
        return NotedClip(sound), None
    return read_noted(sound), provenance_of(sound)


def _starting_from(sound: Sound, form: RequestForm, strength: float) -> RequestForm:
    started: dict[str, Any] = {"start": Start.IMITATION.value, "strength": strength}
    return replace(form, take=sound, is_voice=False).with_values(trim=False).with_usual(**started)


def _named(form: RequestForm, stem: str, sound: Sound) -> ReadRequest:
    request, notes, _ = form.read()
    called = sound.name if isinstance(sound, Path) else "the sound"
    licence = f"What is left of {called} stays under its own licence."
    return ReadRequest(request, (licence, *notes), stem)
