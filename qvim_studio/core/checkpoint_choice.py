"""Describes a checkpoint for the person who chooses one, without loading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.request import VramMode

GPU_MODES = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL)
RESERVE_BYTES = int(0.7 * 2**30)
MEMORY_SECONDS, MEMORY_VARIATIONS = 5.0, 4  # of the generation that the memory is told for


@dataclass(frozen=True)
class CheckpointChoice:
    """An entry of the checkpoint menu.

    commercial: "yes", "no" or "conditional": may the sounds be sold?
    steps, guidance: the checkpoint's own defaults, shown where the user chose none; 0 where it has
    none. capabilities: what it takes and gives; None where nobody says. makes: "effects", "music"
    or "highs" of an upscaler, whose reach_hz says how far up these go. is_gated: the hub wants its
    terms accepted before a download.
    memory: estimated peak in bytes by memory mode, for MEMORY_SECONDS of sound; empty where
    nothing is known of it. size_bytes: of the download, or on the disk once it is installed.
    repo: where it is downloaded from; empty for what ships and for the user's own folders, which
    are marked by is_own. hears_voice: an installed one takes imitations; otherwise voice_part, of
    voice_bytes, is what to download that it does, where there is such a thing.
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
    hears_voice: bool = True
    voice_part: str = ""
    voice_bytes: int = 0
    capabilities: Capabilities | None = None
    makes: str = "effects"
    is_gated: bool = False
    reach_hz: float = 0.0

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
