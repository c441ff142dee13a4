"""Adds highs with an upscaler, to made sounds and to sounds that are not changed otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.capabilities import ENOUGH_HZ
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress, raise_if_cancelled
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.recipe_form import MAX_SEED
from qvim_studio.core.request import GenerationRequest, filled
from qvim_studio.core.result import GenerationResult, Progress, SoundChunk, Variation
from qvim_studio.core.upscale import Upscale
from qvim_studio.families.known import upscaler_by_id
from qvim_studio.families.protocol import Report
from qvim_studio.families.upscaling import KNOWN_HZ, LoadedUpscaler, UpscalerFamily
from qvim_studio.generation.finish.upscale_windows import (
    upscale_windows,
    with_highs,
)
from qvim_studio.generation.windows import SEED_STEP, Window
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint

REAL_SHARE = 0.9  # of a band, because filters weaken its upper end
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
        """The peak memory of the upscaler for one sound."""
        return self.plan.estimated_bytes(self.footprint, duration_s, 1)

    def provenance(self, other: Provenance | None) -> Provenance:
        """The provenance of a sound whose lows have the provenance ``other``."""
        own = self.checkpoint.provenance()
        return own if other is None else own.with_parts_of(other)


def load_highs(checkpoint: Checkpoint, plan: ComputePlan) -> LoadedHighs:
    """Load all networks of an upscaler. Raises CheckpointError naming the fault."""
    family = upscaler_by_id(checkpoint.family)
    footprint = family.footprint(checkpoint)
    return LoadedHighs(checkpoint, plan, family, footprint, family.load(checkpoint, plan))


class CountedHighs:
    """An upscaler (see families.upscaling.Upscaler) for one sound after another, whose progress
    counts over all channels of all sounds."""

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
        """Begin the next sound. band_hz: the upper limit of its own band."""
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
    *,
    in_chunks: bool = False,
) -> GenerationResult:
    """The sound of ``request.upscale`` with highs, channel by channel, at its own level and length.

    in_chunks: a long sound is handed over window by window and not held. Raises UsageError for a
    sound without missing highs, and CancelledError.
    """
    wanted = filled(request.upscale)
    sound, band_hz = wanted.sound, real_band_hz(wanted)
    whole = [Window(0, len(sound.samples), 0)]
    windows = upscale_windows(sound) if request.in_windows else whole
    channels = sound.channels * len(windows)
    counted = CountedHighs(highs, channels, on_progress, is_cancelled)
    rate_hz = counted.output_rate_hz
    notes = (*highs.upscaler.notes, *([FOREIGN] if wanted.provenance is None else []))

    def extend(samples: np.ndarray, number: int) -> np.ndarray:
        raise_if_cancelled(is_cancelled)
        counted.begin((request.seed + number * SEED_STEP) % (MAX_SEED + 1), band_hz)
        extended = [counted.extend(np.ascontiguousarray(one)) for one in samples.T]
        return np.stack(extended, axis=1)

    def result(samples: np.ndarray) -> GenerationResult:
        clip = AudioClip(samples, rate_hz)
        made = Variation(clip, request.seed, None, band_hz, extended_to_hz=counted.reach_hz)
        return GenerationResult(
            request.with_changes(variations=1, vram_mode=highs.plan.mode),
            highs.provenance(wanted.provenance),
            (made,),
            notes=notes,
        )

    planned = round(len(sound.samples) * rate_hz / sound.sample_rate)
    held: list[np.ndarray] = []
    begin = 0
    parts = with_highs(sound, windows, counted.input_rate_hz, rate_hz, extend)
    for number, samples in enumerate(parts, 1):
        if in_chunks and len(windows) > 1:
            chunk = SoundChunk(result(samples), begin, planned)
            on_progress(Progress("upscale", number, len(windows), chunk=chunk))
            begin += len(samples)
            samples = samples[:0].copy()  # a view would hold all of them
        held.append(samples)
    return result(np.concatenate(held))


def real_band_hz(wanted: Upscale) -> float:
    """The upper limit of a sound's own band in Hz. Raises UsageError for a sound without missing
    highs."""
    reach_hz = bandwidth_hz(wanted.sound) if wanted.known_hz is None else wanted.known_hz
    if reach_hz >= ENOUGH_HZ:
        raise UsageError(
            f"The sound reaches {reach_hz / 1000:.1f} kHz already, so there are no highs to add. "
            "Choose a duller one."
        )
    return reach_hz
