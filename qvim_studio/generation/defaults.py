"""Fills in what a request leaves to the checkpoint."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.request import (
    MAX_DURATION_S,
    MIN_DURATION_S,
    GenerationRequest,
    Start,
)
from qvim_studio.generation.loaded import LoadedCheckpoint


def fill_defaults(request: GenerationRequest, loaded: LoadedCheckpoint) -> GenerationRequest:
    """The request with every open value replaced by what will be used."""
    defaults = loaded.checkpoint.defaults
    start = defaults.start if request.start is None else request.start
    if request.edit is not None:
        is_like_itself = request.meant_elsewhere is None and not request.text.strip()
        if request.start is None and is_like_itself and start is Start.NEAREST:
            start = Start.IMITATION
    elif request.imitation is None and (start is Start.IMITATION or not request.text.strip()):
        start = Start.NOISE
    return request.with_changes(
        start=start,
        duration_s=float(np.clip(request.natural_s, MIN_DURATION_S, MAX_DURATION_S)),
        steps=defaults.steps if request.steps is None else request.steps,
        guidance=defaults.guidance if request.guidance is None else request.guidance,
        strength=defaults.strength if request.strength is None else request.strength,
        vram_mode=loaded.plan.mode,
    )
