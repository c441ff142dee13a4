"""Describes a checkpoint for the person who chooses one, without loading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.request import VramMode

GPU_MODES = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL)
RESERVE_BYTES = int(0.7 * 2**30)
MEMORY_SECONDS, MEMORY_VARIATIONS = 5.0, 4  # of the generation that ``memory`` is estimated for


@dataclass(frozen=True)
class CheckpointEntry:
    """An entry of the checkpoint menu.

    commercial: whether the sounds may be sold: "yes", "no" or "conditional".
    steps, guidance: the checkpoint's own defaults, shown if the user chose none; 0 if it has none.
    capabilities: what it takes and makes; None if unknown. makes: "effects", "music" or, for an
    upscaler, "highs". reach_hz: the highest frequency that an upscaler makes. is_gated: whether the
    hub wants its terms accepted before a download.
    memory: estimated peak in bytes by memory mode, for MEMORY_SECONDS of sound; empty if unknown.
    size_bytes: of the download, or on the disk once the checkpoint is installed. repo: the
    repository of the download; empty for what ships and for the user's own folders, which is_own
    marks. is_import: whether the studio made that folder from a file. revision: of what is
    installed, as recipes name it. hears_voice: whether an installed checkpoint takes imitations.
    voice_part, voice_bytes: the download that makes it take them, if there is one, and its size.
    encoders_without_adapter: names of imported encoders for which it has no adapter.
    """

    id: str
    title: str
    licence: str
    commercial: str
    is_installed: bool
    steps: int
    guidance: float
    memory: Mapping[VramMode, int] = field(default_factory=dict)
    size_bytes: int = 0
    repo: str = ""
    is_own: bool = False
    is_import: bool = False
    revision: str = ""
    hears_voice: bool = True
    voice_part: str = ""
    voice_bytes: int = 0
    capabilities: Capabilities | None = None
    makes: str = "effects"
    is_gated: bool = False
    reach_hz: float = 0.0
    encoders_without_adapter: tuple[str, ...] = ()

    @property
    def is_upscaler(self) -> bool:
        """Whether the checkpoint adds highs to sounds and makes no sounds by itself."""
        return self.reach_hz > 0.0

    @property
    def can_learn_to_hear(self) -> bool:
        """Whether a download makes the checkpoint hear imitations."""
        return self.is_installed and not self.hears_voice and bool(self.voice_part)

    def best_mode(self, gpu_bytes: int, ram_bytes: int) -> VramMode | None:
        """The highest mode that fits into this much memory; None if no mode fits.

        gpu_bytes: 0 without a GPU. 0.7 GiB of it stay free for a DAW and the desktop.
        """
        if not self.memory:
            return None
        for mode in GPU_MODES:
            if self.memory[mode] <= gpu_bytes - RESERVE_BYTES:
                return mode
        return VramMode.CPU if self.memory[VramMode.CPU] <= ram_bytes - RESERVE_BYTES else None
