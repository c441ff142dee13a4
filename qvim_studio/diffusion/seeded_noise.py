"""Noise for a batch in which every row has its own seed."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class SeededNoise:
    """Each call gives the next standard normal numbers (seeds, *shape) in float32.

    They are drawn on the processor, so that a seed gives the same noise on every device and in
    every batch.
    """

    def __init__(self, seeds: Sequence[int], shape: tuple[int, ...], device: str = "cpu") -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._shape = shape
        self._device = device

    def __call__(self) -> torch.Tensor:
        rows = [torch.randn(self._shape, generator=each) for each in self._generators]
        return torch.stack(rows).to(self._device)
