"""Declares what a checkpoint takes and makes, before any part of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from qvim_studio.core.options import Option, OptionValues, Preset

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
class Capabilities:
    """What a checkpoint takes, makes and lets be set.

    inputs, edits: what a request may hold. voice_route: what an imitation becomes.

    sample_rate_hz, channels: of the sound as the model makes it, before it is finished.
    min_s, max_s: shortest and longest sound. curve_step_s: time between two values of the curves
    that the model follows; None where it takes none. has_previews: whether pictures come while a
    sound forms. is_deterministic: whether a seed decides every bit on the processor.
    options, presets: what the user may set, in the order in which it is shown.
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

    @property
    def denoises_sounds(self) -> bool:
        """Whether sounds become latents that are denoised: what edits, morphs and both channels of
        a mono model need."""
        return EditKind.INPAINT in self.edits

    @property
    def reach_hz(self) -> float:
        """How far up the sounds can reach."""
        return self.sample_rate_hz / 2

    @property
    def lacks_highs(self) -> bool:
        """Whether people can hear that something is missing above."""
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
