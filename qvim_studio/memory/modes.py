"""What each memory mode does, and how much memory a generation will take in it.

torch is not needed, so the settings can show the estimate at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from qvim_studio.core.request import VramMode
from qvim_studio.memory.footprint import COUNTED_BYTES, Footprint, Stage

STORED_BITS, FULL_BITS = 8, 16
WIDE_BYTES = 4  # of a float32 value
# One 16-bit scale for every 64 weights, see stored_weights.
STORED_BYTES = STORED_BITS / 8 + 2 / 64
GIB = 2**30
GRAPHS_KEPT = 4  # two lengths of sound: steps with guidance and steps without, see graphs
CUDA_CONTEXT_BYTES = GIB // 2  # the driver's and the libraries' own, outside of torch's accounting
# Interpreter, torch and diffusers before the first weight; measured on Linux.
PROCESS_BYTES = int(0.6 * GIB)
# What the process holds of a whole sound beside the pieces it computes with, measured at 3, 30 and
# 120 s (720, 900 and 1650 MB): copies while a sound is finished, and every finished sound.
FINISHING_BYTES_PER_S = 6_300_000
FINISHED_BYTES_PER_S = 48_000 * 4


@dataclass(frozen=True)
class ModeTraits:
    """max_batch: variations denoised at once. swaps_parts: each stage leaves the GPU before the
    next enters it. stored_bits: of the storable layers at rest, 16 as computed with.
    guidance_passes: 2 runs the wanted and the unwanted half one after the other."""

    max_batch: int
    swaps_parts: bool = False
    stored_bits: int = FULL_BITS
    guidance_passes: int = 1


TRAITS = {
    VramMode.HIGH: ModeTraits(max_batch=8),
    VramMode.BALANCED: ModeTraits(max_batch=4),
    VramMode.LOW: ModeTraits(max_batch=2, swaps_parts=True),
    VramMode.MINIMAL: ModeTraits(1, swaps_parts=True, stored_bits=STORED_BITS, guidance_passes=2),
    # One at a time: batching gains nothing on a processor, and so a seed gives the same bits
    # whatever is made beside it.
    VramMode.CPU: ModeTraits(max_batch=1),
}


def estimate_peak_bytes(
    footprint: Footprint,
    mode: VramMode,
    duration_s: float,
    *,
    batch: int = 1,
    bytes_per_value: int = 2,
    streams: bool = False,
    graphs: int = 0,
) -> int:
    """The estimated peak of a generation in bytes: on the GPU, or of the process in mode cpu.

    batch: the variations asked for, which the mode limits. bytes_per_value: of the precision in
    use. streams: whether storable layers visit the GPU a few at a time. graphs: the number of
    recorded passes that are kept as well.
    """
    traits = TRAITS[mode]
    scale = bytes_per_value / COUNTED_BYTES
    is_processor = mode is VramMode.CPU
    stages = [stage for stage in footprint.stages if is_processor or not stage.on_processor]
    weights = [
        stage_bytes(
            stage, traits, WIDE_BYTES if stage.on_processor else bytes_per_value, streams=streams
        )
        for stage in stages
    ]
    passing = [
        scale * stage.activation_bytes(duration_s, _rows(stage, traits, batch)) for stage in stages
    ]
    kept = graphs * sum(
        held for held, stage in zip(passing, stages, strict=True) if stage.is_batched
    )
    if is_processor:
        whole = scale * sum(stage.whole_bytes_per_s for stage in stages)
        passing[-1] += duration_s * (whole + FINISHING_BYTES_PER_S + batch * FINISHED_BYTES_PER_S)
    if traits.swaps_parts:
        peak = max(own + held for own, held in zip(weights, passing, strict=True))
    else:
        peak = sum(weights) + kept + max(passing)
    return int(peak) + (PROCESS_BYTES if is_processor else CUDA_CONTEXT_BYTES)


def stage_bytes(stage: Stage, traits: ModeTraits, bytes_per_value: int, *, streams: bool) -> float:
    """Bytes of a stage's weights on the device that computes it."""
    if streams and stage.storable:
        # Two blocks as they are stored, and a layer as it is computed with.
        return 3 * stage.largest_layer * bytes_per_value
    if traits.stored_bits == FULL_BITS or not stage.storable:
        return stage.weights * bytes_per_value
    kept = (stage.weights - stage.storable + stage.largest_layer) * bytes_per_value
    return kept + stage.storable * STORED_BYTES


def _rows(stage: Stage, traits: ModeTraits, batch: int) -> int:
    rows = 1 if traits.guidance_passes == 2 else stage.rows
    return rows * min(batch, traits.max_batch) if stage.is_batched else rows
