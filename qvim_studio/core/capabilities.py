"""Declares what a checkpoint takes and makes; no part of the checkpoint is loaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qvim_studio.core.options import Option, OptionValues, Preset
from qvim_studio.core.request import MAX_DURATION_S

ENOUGH_HZ = 20_000.0  # nobody hears what lies above
EXTENSION_REACH_HZ = 15_250.0  # see networks.bandwidth


class Input(str, Enum):
    """The inputs that a request may give a checkpoint."""

    VOICE = "voice"
    TEXT = "text"
    NEGATIVE_TEXT = "negative_text"
    TIMBRE = "timbre"
    MELODY = "melody"
    CURVES = "curves"
    START_SOUND = "start_sound"


class EditKind(str, Enum):
    """The edits that change a part of a sound, or its highs, while the rest stays."""

    INPAINT = "inpaint"
    CONTINUE = "continue"
    HIGHS = "highs"


class VoiceRoute(str, Enum):
    """How an imitation enters a generator: through an adapter of the QVIM encoder, through the
    checkpoint's own audio tower, as a melody, as the sound that denoising starts from, as words,
    or not at all."""

    ADAPTER = "adapter"
    TOWER = "tower"
    MELODY = "melody"
    START = "start"
    WORDS = "words"
    NONE = "none"


@dataclass(frozen=True)
class Windows:
    """The windows in which a sound is made that is too long for one piece.

    length_s: length of each window. overlap_s: the beginning of a window, which the window before
    has already made and which is kept.
    """

    length_s: float
    overlap_s: float

    def __post_init__(self) -> None:
        if not 0.0 < self.overlap_s <= self.length_s / 2:
            raise ValueError(
                f"expected windows that overlap by half of their length at most, got {self!r}"
            )

    @classmethod
    def within(cls, length_s: float, overlap_s: float, max_s: float) -> Windows:
        """Windows of this length, or of ``max_s`` if the checkpoint makes no longer pieces."""
        length_s = min(length_s, max_s)
        return cls(length_s, min(overlap_s, length_s / 3))


@dataclass(frozen=True)
class Capabilities:
    """What a checkpoint takes, what it makes, and which options it has.

    inputs, edits: what a request may hold. voice_route: what an imitation becomes.

    sample_rate_hz, channels: of the sound as the model makes it, before it is finished. min_s,
    max_s: shortest and longest sound that is made in one piece. windows: how longer sounds are
    made, up to MAX_DURATION_S; None if it makes no longer sounds. curve_step_s: time between two
    values of the curves that the model follows; None if it takes no curves. has_previews: whether
    pictures arrive while a sound forms. is_deterministic: whether the seed decides every bit on the
    processor. options, presets: what the user may set, in the order in which the window shows it.
    """

    inputs: frozenset[Input]
    edits: frozenset[EditKind]
    voice_route: VoiceRoute
    sample_rate_hz: int
    channels: int
    min_s: float
    max_s: float
    curve_step_s: float | None = None
    has_previews: bool = False
    is_deterministic: bool = True
    options: tuple[Option, ...] = ()
    presets: tuple[Preset, ...] = ()
    windows: Windows | None = None

    @property
    def longest_s(self) -> float:
        """The longest sound, in one piece or window by window."""
        return self.max_s if self.windows is None else max(self.max_s, MAX_DURATION_S)

    @property
    def denoises_sounds(self) -> bool:
        """Whether sounds become latents that are denoised; edits, morphs and stereo from a mono
        model need this."""
        return EditKind.INPAINT in self.edits

    @property
    def reach_hz(self) -> float:
        """The highest frequency that the sounds can hold."""
        return self.sample_rate_hz / 2

    @property
    def lacks_highs(self) -> bool:
        """Whether people can hear that the highs are missing."""
        return self.reach_hz < ENOUGH_HZ

    @property
    def is_extended(self) -> bool:
        """Whether the quick extension reaches further than the sounds do."""
        return self.reach_hz < EXTENSION_REACH_HZ

    def takes(self, given: Input) -> bool:
        return given in self.inputs

    def filled(self, values: OptionValues) -> OptionValues:
        """Every option with its value, as OptionValues.filled returns them."""
        return values.filled(self.options)
