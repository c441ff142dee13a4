"""Fills in what a request leaves to the checkpoint."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.capabilities import Capabilities, EditKind, Input, VoiceRoute
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.generation.loaded import Loaded

OVERHANG_S, OVERHANG_SHARE = 1.0, 1 / 3  # at most, and of a shorter loop
NAMED = (
    "steps",
    "guidance",
    "variety",
    "light",
    "cuda_graphs",
)  # options that a request has fields for


def fill_defaults(request: GenerationRequest, loaded: Loaded) -> GenerationRequest:
    """The request with every open value replaced by what will be used.

    Raises UsageError if it asks for what the checkpoint cannot do.
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
        usual = Start.IMITATION  # what such a checkpoint hears of a voice at all
    start = usual if request.start is None else request.start
    if request.start_sound is not None:
        if not capabilities.takes(Input.START_SOUND):
            raise UsageError(
                f"{loaded.checkpoint.title} starts from no sound, got one to start from. Leave it "
                "out, or choose another checkpoint."
            )
        start = Start.NEAREST
    elif request.edit is not None:
        is_like_itself = request.meant_elsewhere is None and not request.text.strip()
        if request.start is None and is_like_itself and start is Start.NEAREST:
            start = Start.IMITATION
    elif request.imitation is None and (start is Start.IMITATION or not request.text.strip()):
        start = Start.NOISE
    shortest_s, longest_s = capabilities.min_s, capabilities.max_s
    if request.loop:
        longest_s = max(longest_s - OVERHANG_S, longest_s / (1.0 + OVERHANG_SHARE))
    options = filled_options(request, capabilities)
    return request.with_changes(
        start=start,
        duration_s=float(np.clip(request.natural_s, shortest_s, longest_s)),
        steps=options.get("steps"),
        guidance=options.get("guidance"),
        variety=options.get("variety"),
        options=OptionValues({name: options[name] for name in options if not _is_named(name)}),
        strength=defaults.strength if request.strength is None else request.strength,
        vram_mode=loaded.plan.mode,
    )


def overhang_s(request: GenerationRequest) -> float:
    """What is made beyond the end of a loop, which leads to its beginning; 0 for no loop."""
    return min(OVERHANG_S, OVERHANG_SHARE * request.natural_s) if request.loop else 0.0


def check_edit(edit: Edit, capabilities: Capabilities, title: str) -> None:
    """Raises UsageError if a checkpoint of that title does no such edits."""
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
    begin_s, end_s = edit.window_s
    if end_s - begin_s > capabilities.max_s + 1e-6:
        raise UsageError(
            f"{title} hears {capabilities.max_s:g} s at once, the parts and what is around them "
            f"last {end_s - begin_s:.1f} s. Choose a shorter part, or parts nearer to each other."
        )


def filled_options(request: GenerationRequest, capabilities: Capabilities) -> OptionValues:
    """The value of every option that the checkpoint has. A request's own fields fill those of
    their names, and are ignored where the checkpoint has no such option.

    Raises UsageError for other options that it does not have, or values that it refuses.
    """
    known = {option.name for option in capabilities.options}
    named = {name: getattr(request, name) for name in NAMED}
    named["sampler"] = request.sampler.value
    given = {name: value for name, value in named.items() if name in known and value is not None}
    return capabilities.filled(OptionValues({**given, **request.options}))


def _is_named(name: str) -> bool:
    return name in (*NAMED, "sampler")
