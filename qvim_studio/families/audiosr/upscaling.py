"""AudioSR as a kind of upscaler, declared without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.families.audiosr.config import (
    FAMILY_ID,
    LAYOUT,
    OPTIONS,
    RATE_HZ,
    REACH_HZ,
    recognizes,
)
from qvim_studio.families.audiosr.sizes import PUBLISHED_FOOTPRINT, footprint_of
from qvim_studio.memory.footprint import Footprint

if TYPE_CHECKING:
    from qvim_studio.families.upscaling import LoadedUpscaler
    from qvim_studio.memory.compute_plan import ComputePlan


class AudioSr:
    """See families.upscaling.UpscalerFamily."""

    id = FAMILY_ID
    title = "AudioSR"
    layout = LAYOUT
    output_rate_hz = RATE_HZ
    reach_hz = REACH_HZ
    options = OPTIONS

    def recognizes(self, folder: Path) -> bool:
        return recognizes(folder)

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        if checkpoint.folder is None:
            return PUBLISHED_FOOTPRINT
        return footprint_of(checkpoint.folder)

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> LoadedUpscaler:
        from qvim_studio.families.audiosr.parts import load_audiosr
        from qvim_studio.families.audiosr.upscaler import LoadedAudioSr

        return LoadedAudioSr(load_audiosr(checkpoint.installed_folder(), plan))


UPSCALER = AudioSr()
