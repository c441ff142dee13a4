"""Describes what the generator returns: variations, best first, and how they were made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Match, goodness
from qvim_studio.core.provenance import Origin, Provenance
from qvim_studio.core.request import GenerationRequest


@dataclass(frozen=True)
class Progress:
    """A message from a running generation.

    phase: "load", "encode", "denoise", "decode", "upscale" or "fit".
    step, steps: steps finished and steps in all of this phase.
    preview: uint8 (bands, columns), 255 loudest, the lowest band first: the spectrogram so far;
    None in most messages.
    arrived: a sound that is finished while others are still being made, as a result of its own.
    chunk: the next piece of a long sound, from engines that hand long sounds over in chunks; their
    variations hold no samples.
    """

    phase: str
    step: int
    steps: int
    preview: np.ndarray | None = field(default=None, compare=False, repr=False)
    arrived: GenerationResult | None = field(default=None, compare=False, repr=False)
    chunk: SoundChunk | None = field(default=None, compare=False, repr=False)

    @property
    def fraction(self) -> float:
        return self.step / self.steps if self.steps else 0.0


@dataclass(frozen=True, eq=False)
class Variation:
    """A generated sound, or a real sound that was fitted to the imitation.

    similarity: weighted cosine with the imitation, -1..1, see networks.ears. match: kind and
    movement compared with the imitation. Both are None for text alone.
    bandwidth_hz: the highest frequency of the model's content (half its native sample rate).
    extended_to_hz: the highest frequency that an extension or upscaler added; None without one.
    start_name: the real sound that denoising started from, or that was fitted; else empty.
    start_strength: how far that sound was noised, 0..1, the share of it that was replaced; None
    without a starting sound.
    planned_s: the planned duration of an unfinished sound; None for whole sounds.
    provenance: of a fitted sound; None for made sounds, which have the result's.
    """

    clip: AudioClip
    seed: int
    similarity: float | None
    bandwidth_hz: float
    start_name: str = ""
    extended_to_hz: float | None = None
    origin: Origin = Origin.MADE
    provenance: Provenance | None = None
    match: Match | None = None
    start_strength: float | None = None
    planned_s: float | None = None


@dataclass(frozen=True)
class FoundSound:
    """A sound of the user's library, or of the bundled library, that resembles the imitation.

    match: None if the file can no longer be read.
    """

    path: str
    match: Match | None = None


@dataclass(frozen=True)
class MemoryUse:
    """The memory of the GPU that a generation took; without a GPU, the process's memory.

    mode: the memory mode of the run. estimated_bytes: planned before the run. peak_bytes: measured
    after the run.
    """

    mode: str
    place: str  # "gpu" or "process"
    estimated_bytes: int
    peak_bytes: int


class GpuUse(NamedTuple):
    """A GPU's memory in bytes: used by this process, used by all programs, and the total."""

    own: int
    used: int
    total: int


@dataclass(frozen=True, eq=False)
class GenerationResult:
    """The variations of a request that were made, best match first.

    request: as executed, every None replaced by the value that was used.
    seconds: wall time of each phase and "total".
    notes: sentences for the user (what conditioned it, what was stepped down).
    found: real sounds that resemble the imitation, best first; empty without one.
    fitted: real sounds that follow the imitation, best first.
    memory: None where the engine does not measure it.
    """

    request: GenerationRequest
    provenance: Provenance
    variations: tuple[Variation, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    found: tuple[FoundSound, ...] = ()
    memory: MemoryUse | None = None
    fitted: tuple[Variation, ...] = ()

    @property
    def sounds(self) -> tuple[Variation, ...]:
        """All sounds that have files: made sounds first, then fitted sounds."""
        return (*self.variations, *self.fitted)

    def provenance_for(self, sound: Variation) -> Provenance:
        return sound.provenance or self.provenance


@dataclass(frozen=True, eq=False)
class SoundChunk:
    """A piece of a long sound that is still being made.

    result: holds one variation, whose clip is this piece alone. begin: frames before the piece.
    planned: frames of the whole sound.
    """

    result: GenerationResult
    begin: int
    planned: int

    @property
    def variation(self) -> Variation:
        return self.result.variations[0]

    @property
    def end(self) -> int:
        """The frame after the last one of the piece."""
        return self.begin + len(self.variation.clip.samples)


def best_first(variations: Iterable[Variation]) -> tuple[Variation, ...]:
    """The variations, best match with the imitation first; in the given order without one."""
    return tuple(sorted(variations, key=lambda variation: -goodness(variation.match)))
