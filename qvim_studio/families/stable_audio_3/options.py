"""The options of Stable Audio 3 and the capabilities that its sizes share."""

from __future__ import annotations

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute, Windows
from qvim_studio.core.options import Option, OptionValues, Preset, Role
from qvim_studio.families.starting import VOICE_CHANGE

STEPS, HEADROOM = "steps", "headroom_s"
GUIDANCE, PROJECTION = "guidance", "projection"
MIN_S = 0.1  # one latent
# The published guide: 8 steps for the distilled models, which gain nothing from more; 50 steps and
# a guidance of 7 for the base models. 6 s of room after the end is the published default.
_DISTILLED_STEPS, _BASE_STEPS, _BASE_GUIDANCE, _HEADROOM_S = 8, 50, 7.0, 6.0
# Half of the schedule begins at a noise level of 0.89, the guide's value for audio-to-audio.
_VOICE_CHANGE = 0.5


_WINDOW_S, _OVERLAP_S = 45.0, 5.0  # of sounds that are not made in one piece


def capabilities_of(
    sample_rate: int, channels: int, max_s: float, *, is_distilled: bool
) -> Capabilities:
    """The capabilities of a checkpoint; see core.capabilities. max_s: the longest sound in
    seconds."""
    inputs = {Input.VOICE, Input.TEXT, Input.START_SOUND}
    options = [
        Option(
            STEPS,
            "Steps",
            _DISTILLED_STEPS if is_distilled else _BASE_STEPS,
            Role.QUALITY,
            low=1,
            high=32 if is_distilled else 250,
            step=1,
        ),
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
        Option(
            HEADROOM,
            "Room after the end",
            _HEADROOM_S,
            Role.EXPERT,
            low=0.0,
            high=12.0,
            step=0.5,
            unit=" s",
        ),
    ]
    if not is_distilled:
        inputs.add(Input.NEGATIVE_TEXT)
        options += [
            Option(
                GUIDANCE,
                "Guidance",
                _BASE_GUIDANCE,
                Role.ADHERENCE,
                low=1.0,
                high=15.0,
                step=0.5,
            ),
            Option(
                PROJECTION,
                "Protection from oversaturation",
                1.0,
                Role.EXPERT,
                low=0.0,
                high=1.0,
                step=0.1,
            ),
        ]
    sketch, standard, fine = (4, 8, 12) if is_distilled else (25, 50, 100)
    return Capabilities(
        inputs=frozenset(inputs),
        edits=frozenset({EditKind.INPAINT, EditKind.CONTINUE}),
        voice_route=VoiceRoute.START,
        sample_rate_hz=sample_rate,
        channels=channels,
        min_s=MIN_S,
        max_s=max_s,
        windows=Windows.within(_WINDOW_S, _OVERLAP_S, max_s),
        options=tuple(options),
        presets=(
            Preset("sketch", "Sketch", OptionValues({STEPS: sketch})),
            Preset("standard", "Standard", OptionValues({STEPS: standard})),
            Preset("fine", "Fine", OptionValues({STEPS: fine})),
        ),
    )
