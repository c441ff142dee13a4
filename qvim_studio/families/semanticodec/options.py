"""What SemantiCodec lets the user set."""

from __future__ import annotations

from enum import Enum

from qvim_studio.core.capabilities import Capabilities, Input, VoiceRoute
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.core.request import MAX_AT_ONCE_S, MIN_DURATION_S
from qvim_studio.families.semanticodec.config import SAMPLE_RATE_HZ


class Blend(str, Enum):
    """Where tokens come from: both kinds from the voice, or one kind from it and the other from the
    sound that is given to start from."""

    VOICE = "voice"
    SEMANTIC_OF_VOICE = "semantic of the voice"
    ACOUSTIC_OF_VOICE = "acoustic of the voice"


# Published defaults: 50 steps, guidance 2.
OPTIONS = (
    Option("steps", "Steps", 50, Role.QUALITY, 1, 200, 1),
    Option("guidance", "Guidance", 2.0, Role.ADHERENCE, 1.0, 10.0, 0.1),
    Option(
        "tokens",
        "Tokens",
        Blend.VOICE.value,
        Role.VARIETY,
        choices=tuple(blend.value for blend in Blend),
        needs=Input.START_SOUND.value,
    ),
)
PRESETS = (
    Preset("sketch", "Sketch", OptionValues({"steps": 20})),
    Preset("standard", "Standard", OptionValues({"steps": 50})),
    Preset("fine", "Fine", OptionValues({"steps": 100})),
)
CAPABILITIES = Capabilities(
    inputs=frozenset({Input.VOICE, Input.START_SOUND}),
    edits=frozenset(),
    voice_route=VoiceRoute.TOWER,
    sample_rate_hz=SAMPLE_RATE_HZ,
    channels=1,
    min_s=MIN_DURATION_S,
    max_s=MAX_AT_ONCE_S,
    options=OPTIONS,
    presets=PRESETS,
)
