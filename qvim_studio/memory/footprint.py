"""What a checkpoint takes of memory, stage by stage, as its family declares it without torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Networks that are needed at the same time, such as a text tower, a denoiser or a decoder.

    name: "text", "denoise", "decode" or a family's own. weights: number of them. storable: how many
    of them can be kept in 8 bits. largest_layer: weights of the largest storable layer, which is
    computed with in full. row_bytes, row_bytes_per_s: activations at their peak for one row of a
    batch in a 16-bit precision: whatever the length, and for each second of sound.
    rows: of a batch for one variation; 2 where guidance doubles it and the mode lets it.
    piece_s: longer sounds pass this stage in pieces of that length; None where they do not.
    """

    name: str
    weights: int
    storable: int = 0
    largest_layer: int = 0
    row_bytes: int = 0
    row_bytes_per_s: int = 0
    rows: int = 1
    piece_s: float | None = None

    def activation_bytes(self, duration_s: float, rows: int) -> int:
        """Of so many rows of a sound of this length, in a 16-bit precision."""
        seconds = duration_s if self.piece_s is None else min(duration_s, self.piece_s)
        return round(rows * (self.row_bytes + self.row_bytes_per_s * seconds))


@dataclass(frozen=True)
class Footprint:
    """All stages of a checkpoint, in the order in which they work."""

    stages: tuple[Stage, ...]

    @property
    def weights(self) -> int:
        return sum(stage.weights for stage in self.stages)
