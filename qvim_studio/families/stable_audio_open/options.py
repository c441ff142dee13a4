"""What Stable Audio Open lets the user set."""

from __future__ import annotations

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.families.starting import VOICE_CHANGE

STEPS, GUIDANCE = "steps", "guidance"
MIN_S = 0.1
# The model card: 100 steps and a guidance of 7.
_STEPS, _GUIDANCE = 100, 7.0
# 0.4 of the schedule begins under noise of 5.8 times the sound's own deviation: the course of the
# imitation in time survives, its timbre does not.
_VOICE_CHANGE = 0.4


def capabilities_of(sample_rate: int, channels: int, max_s: float) -> Capabilities:
    """See core.capabilities."""
    return Capabilities(
        inputs=frozenset({Input.VOICE, Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}),
        edits=frozenset({EditKind.INPAINT, EditKind.CONTINUE}),
        voice_route=VoiceRoute.START,
        sample_rate_hz=sample_rate,
        channels=channels,
        min_s=MIN_S,
        max_s=max_s,
        options=(
            Option(STEPS, "Steps", _STEPS, Role.QUALITY, low=2, high=500, step=1),
            Option(GUIDANCE, "Guidance", _GUIDANCE, Role.ADHERENCE, low=1.0, high=15.0, step=0.5),
            Option(
                VOICE_CHANGE,
                "Freedom from the voice",
                _VOICE_CHANGE,
                Role.START,
                low=0.05,
                high=1.0,
                step=0.05,
                needs=Input.VOICE.value,
            ),
        ),
        presets=(
            Preset("sketch", "Sketch", OptionValues({STEPS: 30})),
            Preset("standard", "Standard", OptionValues({STEPS: _STEPS})),
            Preset("fine", "Fine", OptionValues({STEPS: 200})),
        ),
    )
