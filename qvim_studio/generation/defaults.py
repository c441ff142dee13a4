"""Fills the open values of a request with those of its checkpoint."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OWN_ENCODER, OptionValues
from qvim_studio.core.request import (
    OVERHANG_S,
    OVERHANG_SHARE,
    WINDOWS_FROM_S,
    GenerationRequest,
    Start,
)
from qvim_studio.generation.loaded import Loaded

TOLERANCE_S = 1e-6
UNUSED = (OWN_ENCODER, 0.0)  # values of encoders and LoRAs that a request does not use
NAMED = (
    "steps",
    "guidance",
    "variety",
    "light",
    "cuda_graphs",
)  # options that a request has fields for


def fill_defaults(request: GenerationRequest, loaded: Loaded) -> GenerationRequest:
    """The request with every open value replaced by the checkpoint's value.

    Raises UsageError if the checkpoint cannot fulfil the request.
    """
    defaults, capabilities = loaded.checkpoint.defaults, loaded.capabilities
    if request.edit is not None:
        check_edit(request.edit, capabilities, loaded.checkpoint.title)
    if request.morph_sound is not None and not capabilities.denoises_sounds:
        raise UsageError(
            f"{loaded.checkpoint.title} mixes no sounds: it denoises no latents. Choose another "
            "checkpoint, such as the starter."
        )
    usual = defaults.start
    if capabilities.voice_route is VoiceRoute.START:
        usual = Start.IMITATION  # the only way in which such a checkpoint hears a voice
    start = usual if request.start is None else request.start
    if request.start_sound is not None:
        if not capabilities.takes(Input.START_SOUND):
            raise UsageError(
                f"{loaded.checkpoint.title} starts from no sound, got one to start from. Leave it "
                "out, or choose another checkpoint."
            )
        start = Start.NEAREST
    elif request.edit is not None:
        is_like_itself = request.given_target is None and not request.text.strip()
        if request.start is None and is_like_itself and start is Start.NEAREST:
            start = Start.IMITATION
    elif request.imitation is None and (start is Start.IMITATION or not request.text.strip()):
        start = Start.NOISE
    shortest_s, longest_s = capabilities.min_s, capabilities.max_s
    if can_be_windowed(request, capabilities):
        longest_s = capabilities.longest_s
    elif request.edit is not None:
        longest_s = max(longest_s, request.natural_s)
    if request.duration_s is not None and request.duration_s > longest_s + TOLERANCE_S:
        raise UsageError(
            f"{loaded.checkpoint.title} makes {longest_s:g} s of such a sound at most, got "
            f"{request.duration_s:g} s. Ask for a shorter one, or choose another checkpoint, such "
            "as the starter."
        )
    if request.loop:
        longest_s = max(longest_s - OVERHANG_S, longest_s / (1.0 + OVERHANG_SHARE))
    options = filled_options(request, capabilities)
    added = {each.name for each in capabilities.options if each.is_added}
    unused = {name for name in added if options[name] in UNUSED}
    return request.with_changes(
        start=start,
        duration_s=float(np.clip(request.natural_s, shortest_s, longest_s)),
        steps=options.get("steps"),
        guidance=options.get("guidance"),
        variety=options.get("variety"),
        options=OptionValues(
            {name: options[name] for name in options if not _is_named(name) and name not in unused}
        ),
        strength=defaults.strength if request.strength is None else request.strength,
        vram_mode=loaded.plan.mode,
    )


def can_be_windowed(request: GenerationRequest, capabilities: Capabilities) -> bool:
    """Whether a sound may be longer than one piece of the generator. Edits have windows of their
    own."""
    return capabilities.windows is not None and request.edit is None


def is_windowed(request: GenerationRequest, capabilities: Capabilities) -> bool:
    """Whether the sounds of a request, filled by ``fill_defaults``, are made window by window."""
    if not can_be_windowed(request, capabilities):
        return False
    from_s = WINDOWS_FROM_S if request.in_windows else capabilities.max_s
    return request.natural_s > min(from_s, capabilities.max_s) + TOLERANCE_S


def check_edit(edit: Edit, capabilities: Capabilities, title: str) -> None:
    """Check that a checkpoint can do an edit. title: its name for the sentence. Raises UsageError
    if it cannot."""
    if edit.is_continuation and EditKind.CONTINUE not in capabilities.edits:
        raise UsageError(f"{title} continues no sounds. Choose another checkpoint.")
    if not edit.is_continuation and EditKind.INPAINT not in capabilities.edits:
        can = " It can continue them." if EditKind.CONTINUE in capabilities.edits else ""
        raise UsageError(
            f"{title} cannot regenerate parts of sounds.{can} Choose another checkpoint."
        )
    if edit.above_hz is not None and EditKind.HIGHS not in capabilities.edits:
        raise UsageError(
            f"{title} makes no highs by themselves. Choose another checkpoint, such as the starter."
        )
    if edit.above_hz is not None and edit.above_hz >= capabilities.sample_rate_hz / 2:
        raise UsageError(
            f"{title} makes nothing above {capabilities.sample_rate_hz / 2:g} Hz, got highs from "
            f"{edit.above_hz:g} Hz on. Choose a lower frequency, or an upscaler."
        )


def filled_options(request: GenerationRequest, capabilities: Capabilities) -> OptionValues:
    """The value of every option that the checkpoint has. A request's own fields fill the options of
    the same names, and are ignored where the checkpoint has no such option.

    Raises UsageError for other unknown options and for refused values.
    """
    known = {option.name for option in capabilities.options}
    named = {name: getattr(request, name) for name in NAMED}
    named["sampler"] = request.sampler.value
    given = {name: value for name, value in named.items() if name in known and value is not None}
    return capabilities.filled(OptionValues({**given, **request.options}))


def _is_named(name: str) -> bool:
    return name in (*NAMED, "sampler")
