"""The options of Stable Audio Open."""

from __future__ import annotations

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute, Windows
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.families.starting import VOICE_CHANGE

STEPS, GUIDANCE = "steps", "guidance"
MIN_S = 0.1
_WINDOW_S, _OVERLAP_S = 45.0, 5.0  # of sounds that are longer than the canvas
# The model card: 100 steps and a guidance of 7.
_STEPS, _GUIDANCE = 100, 7.0
# 0.4 of the schedule begins at noise of 5.8 times the sound's own deviation: the imitation's course
# in time survives, its timbre does not.
_VOICE_CHANGE = 0.4


def capabilities_of(sample_rate: int, channels: int, max_s: float) -> Capabilities:
    """The capabilities of a checkpoint; see core.capabilities. max_s: the longest sound in
    seconds."""
    return Capabilities(
        inputs=frozenset({Input.VOICE, Input.TEXT, Input.NEGATIVE_TEXT, Input.START_SOUND}),
        edits=frozenset({EditKind.INPAINT, EditKind.CONTINUE}),
        voice_route=VoiceRoute.START,
        sample_rate_hz=sample_rate,
        channels=channels,
        min_s=MIN_S,
        max_s=max_s,
        windows=Windows.within(_WINDOW_S, _OVERLAP_S, max_s),
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
