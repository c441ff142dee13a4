"""Describes a request to the generator: one frozen value with everything that matters.

The same request with the same checkpoint gives the same audio on the same device. A request
without its imitation's samples is the clip's recipe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any, TypeVar

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.recipe_form import MAX_SEED
from qvim_studio.core.text.json_text import is_unicode
from qvim_studio.core.upscale import Upscale

MIN_DURATION_S = 0.2
OVERHANG_S, OVERHANG_SHARE = 1.0, 1 / 3  # of a loop: at most, and of a shorter loop
MAX_DURATION_S = 600.0
MAX_AT_ONCE_S = 120.0  # in one piece: of a given sound, and of most checkpoints
WINDOWS_FROM_S = 30.0  # longer sounds are made window by window
DEFAULT_DURATION_S = 3.0  # of a text without a voice
DEFAULT_BALANCE = 0.5  # between voice and text where both are given
DEFAULT_MORPH_AT = 0.5  # in the middle
MAX_VARIATIONS = 64
MAX_FITS = 8
MAX_STEPS = 1000
MAX_GUIDANCE = 30.0
MIN_STRENGTH = 0.01
BETWEEN_STRENGTH = 0.4  # of a morph: enough for the model to make one sound of two
LIKE_STRENGTH = 0.5  # of a sound that is varied: half is replaced, related and yet another sound
RESTYLE_STRENGTH = 0.6  # between the sound itself and the words alone
FINISHING = 4  # the newest way of finishing sounds
SKETCH_SHARE = 1 / 3  # of the checkpoint's own number of steps
MIN_SKETCH_STEPS = 4
Value = TypeVar("Value")


class Start(str, Enum):
    """What denoising starts from: noise, the imitation or a real sound."""

    NOISE = "noise"
    IMITATION = "imitation"
    NEAREST = "nearest"


class VramMode(str, Enum):
    """How much memory the generator may take; see memory.compute_plan."""

    AUTO = "auto"
    CPU = "cpu"
    MINIMAL = "minimal"
    LOW = "low"
    BALANCED = "balanced"
    HIGH = "high"


class SamplerName(str, Enum):
    """The solver that integrates the reverse diffusion."""

    DPM_SOLVER = "dpm-solver++"
    DDIM = "ddim"


def filled(value: Value | None) -> Value:
    """The value, which is present once defaults are filled in; None is a bug (ValueError)."""
    if value is None:
        raise ValueError("expected a request whose defaults are filled in, got a value of None")
    return value


def sketch_steps(default_steps: int) -> int:
    """The steps of a sketch, for a checkpoint that normally takes this many steps."""
    return max(round(default_steps * SKETCH_SHARE), MIN_SKETCH_STEPS)


def usual_balance(text: str, *, has_sound: bool) -> float:
    """The balance of a request that states none: words and a sound share evenly."""
    return DEFAULT_BALANCE if has_sound and text.strip() else 0.0


@dataclass(frozen=True, eq=False)
class GenerationRequest:
    """One press of the Generate button.

    imitation: the trimmed take; None for text alone.
    timbre: another sound that sets what is made; the imitation then only sets when.
    start_sound: the sound that every variation starts from, instead of the nearest sounds found.
    morph_sound: the second sound of a morph; every variation lies between it and the imitation.
    timbre_name, start_sound_name, morph_sound_name: the names that the user knows these sounds by;
    empty without them.
    morph_at: 0 the imitation .. 1 the other sound; None goes from one to the other over time.
    edit: a sound of which only one or several parts are made. An imitation then covers that part,
    or the range from the first part to the last; without an imitation the sound itself sets what is
    made.
    upscale: a sound that only gets highs, made by ``upscaler``; of all other fields, only the seed
    then counts.
    text, negative_text: wanted and unwanted words; may be empty.
    balance: 0 voice only .. 1 text only (spherical mix of the two conditionings).
    follow: 0 loose .. 1 tight: how literally the result follows the imitation's time course.
    duration_s: None means as long as the imitation, or 3 s without one; an edit has a duration of
    its own.
    steps, guidance, start, strength, variety: None means the checkpoint's own default.
    clean_pauses: whether the sounds are silent where the imitation pauses.
    finishing: the way of finishing sounds: 1 without attacks, flutter and tails (recipes without
    this value), 2 without the highest band of sounds that are bent down, 3 with gaps at the top of
    the band, FINISHING the newest.
    in_windows: whether sounds of more than WINDOWS_FROM_S are made window by window, if the
    checkpoint can do that; False in recipes without this value.
    loop: whether the sounds repeat without a seam; impossible for an edit.
    extend_bandwidth: whether highs are added that a recording would most likely hold above the
    model's band.
    upscaler: id of the registry, or a folder, of the checkpoint that adds the highs instead of the
    quick extension; empty for none.
    light: whether a light vocoder is used if it is about as good, for quick looks.
    strength: share of the noise schedule that is applied to the starting sound, 0..1.
    variety: how far the variations spread around that strength, from near the sounds that they
    start from to far from them, 0..1; 0 gives all of them the same strength.
    fits: how many real sounds are also fitted to the imitation; ignored without an imitation.
    seed: seed of the first variation; variation i uses seed + i.
    checkpoint: id of the registry or a folder.
    cuda_graphs: whether the denoiser's passes are replayed as CUDA graphs, if the memory mode can.
    options: values of the family's own options; absent ones have the checkpoint's defaults.
    library_folder: the folder in which real sounds are looked for; None means the bundled sounds.
    """

    imitation: AudioClip | None = None
    timbre: AudioClip | None = None
    start_sound: AudioClip | None = None
    edit: Edit | None = None
    upscale: Upscale | None = None
    timbre_name: str = ""
    start_sound_name: str = ""
    text: str = ""
    negative_text: str = ""
    balance: float = 0.0
    follow: float = 0.7
    duration_s: float | None = None
    variations: int = 4
    fits: int = 0
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    sampler: SamplerName = SamplerName.DPM_SOLVER
    clean_pauses: bool = True
    finishing: int = FINISHING
    in_windows: bool = True
    loop: bool = False
    extend_bandwidth: bool = True
    upscaler: str = ""
    light: bool = False
    start: Start | None = None
    strength: float | None = None
    variety: float | None = None
    checkpoint: str = "starter"
    vram_mode: VramMode = VramMode.AUTO
    cuda_graphs: bool = False
    options: OptionValues = field(default_factory=OptionValues)
    library_folder: str | None = None
    morph_sound: AudioClip | None = None
    morph_sound_name: str = ""
    morph_at: float | None = DEFAULT_MORPH_AT

    def __post_init__(self) -> None:
        if self.upscale is not None and not self.upscaler:
            raise UsageError(
                "Got a sound to upscale and nothing that does it. Choose an upscaler, such as one "
                "that 'checkpoints list' names."
            )
        sounds = (self.imitation, self.edit, self.upscale)
        if all(each is None for each in sounds) and not self.text.strip():
            raise UsageError(
                "Nothing to generate from: got neither an imitation nor a text. "
                "Give an audio file, a text, or both."
            )
        names = (self.timbre_name, self.start_sound_name, self.morph_sound_name)
        for text in (self.text, self.negative_text, *names):
            if not is_unicode(text):
                raise UsageError(
                    f"The words {text!a} hold bytes that are not valid UTF-8, expected text. Type "
                    "them again; on the command line, use a UTF-8 locale such as C.UTF-8."
                )
        _check_range("balance", self.balance, 0.0, 1.0)
        _check_range("follow", self.follow, 0.0, 1.0)
        _check_range("variations", self.variations, 1, MAX_VARIATIONS)
        _check_range("fits", self.fits, 0, MAX_FITS)
        _check_range("finishing", self.finishing, 1, FINISHING)
        _check_range("seed", self.seed, 0, MAX_SEED - MAX_VARIATIONS)
        if self.duration_s is not None:
            _check_range("duration", self.duration_s, MIN_DURATION_S, MAX_DURATION_S, " s")
        if self.steps is not None:
            _check_range("steps", self.steps, 1, MAX_STEPS)
        if self.guidance is not None:
            _check_range("guidance", self.guidance, 0.0, MAX_GUIDANCE)
        if self.strength is not None:
            _check_range("strength", self.strength, MIN_STRENGTH, 1.0)
        if self.variety is not None:
            _check_range("variety", self.variety, 0.0, 1.0)
        if self.imitation is None and self.edit is None and self.timbre is not None:
            raise UsageError(
                "A sound to sound like needs an imitation that says when it sounds, got none. "
                "Give an imitation as well."
            )
        if self.loop and self.edit is not None:
            raise UsageError(
                "An edit keeps the sound around its parts and makes no loop, got a part and a wish "
                "for a loop. Leave the loop out, or generate a new sound."
            )
        if self.morph_at is not None:
            _check_range("the place between the two sounds", self.morph_at, 0.0, 1.0)
        if self.morph_sound is not None and (
            self.imitation is None or self.edit is not None or self.start is not Start.IMITATION
        ):
            raise UsageError(
                "A morph lies between two sounds, got one. Give the first as the imitation, with "
                "start=imitation."
            )
        if self.start_sound is not None and self.start not in (None, Start.NEAREST):
            raise UsageError(
                f"Got a sound to start from and start={self.start.value}, expected one of the two. "
                "Leave one of them out."
            )
        if self.imitation is None and self.edit is None and self.start is Start.IMITATION:
            raise UsageError(
                "start=imitation needs an imitation, got a text alone. "
                "Give an audio file, or choose start=noise."
            )

    @property
    def target(self) -> AudioClip | None:
        """The clip that sets what is made."""
        around = None if self.edit is None else self.edit.surroundings
        return self.given_target or around

    @property
    def given_target(self) -> AudioClip | None:
        """The timbre or the imitation; None if only an edited sound could set what is made."""
        return self.timbre or self.imitation

    @property
    def natural_s(self) -> float:
        """Seconds of sound that the request asks of each variation."""
        if self.upscale is not None:
            return self.upscale.sound.duration_s
        if self.edit is not None:
            begin_s, end_s = self.edit.window_s
            return end_s - begin_s
        own_s = DEFAULT_DURATION_S if self.imitation is None else self.imitation.duration_s
        if self.morph_sound is not None:
            own_s = max(own_s, self.morph_sound.duration_s)
        return own_s if self.duration_s is None else self.duration_s

    @property
    def overhang_s(self) -> float:
        """Seconds that are made beyond the end of a loop and lead back to its beginning; 0 without
        a loop."""
        return min(OVERHANG_S, OVERHANG_SHARE * self.natural_s) if self.loop else 0.0

    def with_changes(self, **changes: Any) -> GenerationRequest:
        """A copy with some fields replaced, validated again."""
        return replace(self, **changes)

    def recipe(self) -> dict[str, Any]:
        """The request as a recipe, ready for JSON: sounds by their hashes, no samples."""
        values = {
            known.name: getattr(self, known.name)
            for known in fields(self)
            if known.name not in _WITH_SAMPLES
        }
        values["options"] = dict(self.options)
        values = {key: v.value if isinstance(v, Enum) else v for key, v in values.items()}
        for name in _CLIPS:
            clip = getattr(self, name)
            values[f"{name}_sha256"] = None if clip is None else clip_hash(clip)
        if self.edit is not None:
            values["edit"] = {
                "begin_s": self.edit.begin_s,
                "end_s": self.edit.end_s,
                "parts_s": [list(part) for part in self.edit.parts_s],
                "above_hz": self.edit.above_hz,
                "sound_sha256": clip_hash(self.edit.sound),
            }
        if self.upscale is not None:
            known_hz = self.upscale.known_hz
            sound = {"sound_sha256": clip_hash(self.upscale.sound), "known_hz": known_hz}
            values["upscale"] = sound
        return values

    @classmethod
    def from_recipe(
        cls,
        recipe: Mapping[str, Any],
        imitation: AudioClip | None,
        timbre: AudioClip | None = None,
        edit: Edit | None = None,
        start_sound: AudioClip | None = None,
        morph_sound: AudioClip | None = None,
        upscale: Upscale | None = None,
    ) -> GenerationRequest:
        """The request of a recipe, with the sounds that the recipe names by their hashes; unknown
        fields are left out.

        A recipe without a value for bandwidth or variety is older than both: nothing is extended,
        and all variations have the same strength.

        Raises UsageError if a value is unknown or another sound is missing.
        """
        if recipe.get("edit") and edit is None:
            raise UsageError(
                "This sound is an edit of another one, which its recipe names only by its hash. "
                "Choose the part of that sound again."
            )
        if recipe.get("upscale") and upscale is None:
            raise UsageError(
                "This sound is another one with highs, which its recipe names only by its hash. "
                "Upscale that sound again."
            )
        for name, clip, option in (
            ("timbre", timbre, "--timbre"),
            ("start_sound", start_sound, "--start-from"),
            ("morph_sound", morph_sound, "the command morph"),
        ):
            if recipe.get(f"{name}_sha256") and clip is None:
                called = recipe.get(f"{name}_name")
                raise UsageError(
                    f"This recipe uses another sound{f' (“{called}”)' if called else ''}, which it "
                    f"names only by its hash. Choose that sound again; on the command line, with "
                    f"{option}."
                )
        known = {each.name for each in fields(cls)} - _WITH_SAMPLES
        values = {name: value for name, value in recipe.items() if name in known}
        values.setdefault("extend_bandwidth", False)
        values.setdefault("clean_pauses", False)
        values.setdefault("variety", 0.0)
        values.setdefault("finishing", 1)
        values.setdefault("in_windows", False)
        try:
            for name, kind in _ENUMS.items():
                if values.get(name) is not None:
                    values[name] = kind(values[name])
            values["options"] = OptionValues(values.get("options") or {})
            return cls(
                imitation, timbre, start_sound, edit, upscale, morph_sound=morph_sound, **values
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise UsageError(
                f"This recipe holds a value that is not known here ({error}). "
                "It may come from a newer QVIM Studio; update and try again."
            ) from error


_CLIPS = ("imitation", "timbre", "start_sound", "morph_sound")
_WITH_SAMPLES = {*_CLIPS, "edit", "upscale"}
_ENUMS = {"sampler": SamplerName, "start": Start, "vram_mode": VramMode}


def clip_hash(clip: AudioClip) -> str:
    """The SHA-256 of samples and rate, by which recipes name an imitation."""
    digest = hashlib.sha256(str(clip.sample_rate).encode())
    digest.update(clip.samples.tobytes())
    return digest.hexdigest()


def _check_range(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    if not low <= value <= high:  # nor NaN; a whole number may be larger than any float
        raise UsageError(
            f"{name} must lie between {low}{unit} and {high}{unit}, got {value}{unit}. "
            "Choose a value in that range."
        )
