"""The memory that a checkpoint needs, stage by stage, as its family declares it without torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

ROUNDING = 1e-6  # of a step: lengths come from divisions
COUNTED_BYTES = 2  # of a value, in which activations are counted


@dataclass(frozen=True)
class Stage:
    """Networks that are needed at the same time, such as a text tower, a denoiser or a decoder.

    name: "text", "denoise", "decode" or a family's own.
    weights: their number. storable: how many of them can be kept in 8 bits. largest_layer: weights
    of the largest storable layer, which is widened as a whole.
    row_bytes, row_bytes_per_s: peak of the activations for one row of a batch in a 16-bit
    precision, independent of the length and per second of sound.
    rows: rows of a batch for one variation; 2 if guidance doubles it and the mode allows it.
    piece_s: longer sounds pass this stage in pieces of this length; None if they pass whole.
    step_s, shortest_s: lengths are rounded up to these.
    is_batched: whether several variations pass at once.
    whole_bytes_per_s: main memory for the whole sound besides, in a 16-bit precision.
    on_processor: whether the stage always runs on the processor in float32 and takes no GPU memory.
    """

    name: str
    weights: int
    storable: int = 0
    largest_layer: int = 0
    row_bytes: float = 0
    row_bytes_per_s: float = 0
    rows: int = 1
    piece_s: float | None = None
    step_s: float = 0.0
    shortest_s: float = 0.0
    is_batched: bool = False
    whole_bytes_per_s: float = 0
    on_processor: bool = False

    def activation_bytes(self, duration_s: float, rows: int) -> int:
        """Bytes of the activations of ``rows`` rows of a sound of this length, in a 16-bit
        precision."""
        seconds = max(duration_s, self.shortest_s)
        if self.step_s:
            seconds = math.ceil(seconds / self.step_s - ROUNDING) * self.step_s
        if self.piece_s is not None:
            seconds = min(seconds, self.piece_s)
        return round(rows * (self.row_bytes + self.row_bytes_per_s * seconds))


@dataclass(frozen=True)
class Footprint:
    """All stages of a checkpoint, in the order in which they work."""

    stages: tuple[Stage, ...]

    @property
    def weights(self) -> int:
        return sum(stage.weights for stage in self.stages)
