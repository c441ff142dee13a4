"""Noise of a batch in which every row has a seed of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class SeededNoise:
    """Each call gives the next standard normal numbers (seeds, *shape) in float32.

    They are drawn on the processor, so that a seed means the same on every device, whatever is made
    beside it.
    """

    def __init__(self, seeds: Sequence[int], shape: tuple[int, ...], device: str = "cpu") -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._shape = shape
        self._device = device

    def __call__(self) -> torch.Tensor:
        rows = [torch.randn(self._shape, generator=each) for each in self._generators]
        return torch.stack(rows).to(self._device)
