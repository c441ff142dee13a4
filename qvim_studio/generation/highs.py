"""Highs by an upscaler: of what is made, and of a sound that gets nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.resample import resample
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import ENOUGH_HZ
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, filled
from qvim_studio.core.result import GenerationResult, Progress, Variation
from qvim_studio.core.upscale import Upscale
from qvim_studio.families.known import upscaler_by_id
from qvim_studio.families.protocol import Report
from qvim_studio.families.upscaling import KNOWN_HZ, LoadedUpscaler, UpscalerFamily
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint

REAL_SHARE = 0.9  # of a band: filters at its end have left too little
FOREIGN = "What was there of the sound stays under that sound's own licence."


@dataclass(eq=False)
class LoadedHighs:
    """An upscaler in memory."""

    checkpoint: Checkpoint
    plan: ComputePlan
    family: UpscalerFamily
    footprint: Footprint
    upscaler: LoadedUpscaler

    def estimated_bytes(self, duration_s: float) -> int:
        """The most memory that one sound takes of it."""
        return self.plan.estimated_bytes(self.footprint, duration_s, 1)

    def provenance(self, other: Provenance | None) -> Provenance:
        """Of a sound whose lows are of ``other``."""
        own = self.checkpoint.provenance()
        return own if other is None else own.with_parts_of(other)


def load_highs(checkpoint: Checkpoint, plan: ComputePlan) -> LoadedHighs:
    """Load every part. Raises CheckpointError naming what is wrong."""
    family = upscaler_by_id(checkpoint.family)
    footprint = family.footprint(checkpoint)
    return LoadedHighs(checkpoint, plan, family, footprint, family.load(checkpoint, plan))


class CountedHighs:
    """See families.upscaling.Upscaler: one for each sound in turn, whose steps count over all
    channels of all sounds."""

    def __init__(
        self, highs: LoadedHighs, channels: int, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> None:
        """channels: of all sounds together."""
        self._highs, self._channels = highs, channels
        self._on_progress, self._is_cancelled = on_progress, is_cancelled
        self._finished = 0
        self._values, self._seed = OptionValues(), 0
        self._report = Report(self._on_step, is_cancelled)
        self._next = highs.upscaler.prepared(self._values, self._seed, self._report)

    @property
    def input_rate_hz(self) -> int:
        return self._next.input_rate_hz

    @property
    def output_rate_hz(self) -> int:
        return self._next.output_rate_hz

    @property
    def reach_hz(self) -> float:
        return self._next.reach_hz

    def begin(self, seed: int, band_hz: float) -> CountedHighs:
        """The next sound. band_hz: how far up it reaches by itself."""
        values = OptionValues({KNOWN_HZ: REAL_SHARE * min(band_hz, self.reach_hz)})
        self._next = self._highs.upscaler.prepared(values, seed, self._report)
        return self

    def extend(self, samples: np.ndarray) -> np.ndarray:
        extended = self._next.extend(samples)
        self._finished += 1
        return extended

    def _on_step(self, done: int, steps: int, picture: np.ndarray | None) -> None:
        finished = self._finished * steps + done
        self._on_progress(Progress("upscale", finished, self._channels * steps, picture))


def upscaled(
    highs: LoadedHighs,
    request: GenerationRequest,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
) -> GenerationResult:
    """The sound of ``request.upscale`` with highs: at its level, as long, channel by channel.

    Raises UsageError for a sound that lacks none, CancelledError.
    """
    wanted = filled(request.upscale)
    band_hz = real_band_hz(wanted)
    channels = wanted.sound.channels
    counted = CountedHighs(highs, channels, on_progress, is_cancelled).begin(request.seed, band_hz)
    clip = resample(wanted.sound, counted.input_rate_hz)
    raise_if_cancelled(is_cancelled)
    samples = [counted.extend(np.ascontiguousarray(one)) for one in clip.samples.T]
    made = AudioClip(np.stack(samples, axis=1), counted.output_rate_hz)
    notes = [*highs.upscaler.notes, *([FOREIGN] if wanted.provenance is None else [])]
    variation = Variation(made, request.seed, None, band_hz, extended_to_hz=counted.reach_hz)
    return GenerationResult(
        request.with_changes(variations=1, vram_mode=highs.plan.mode),
        highs.provenance(wanted.provenance),
        (variation,),
        notes=tuple(notes),
    )


def real_band_hz(wanted: Upscale) -> float:
    """How far up a sound is real, in Hz. Raises UsageError where it lacks nothing."""
    reach_hz = bandwidth_hz(wanted.sound) if wanted.known_hz is None else wanted.known_hz
    if reach_hz >= ENOUGH_HZ:
        raise UsageError(
            f"The sound reaches {reach_hz / 1000:.1f} kHz already, so there are no highs to add. "
            "Choose a duller one."
        )
    return reach_hz
