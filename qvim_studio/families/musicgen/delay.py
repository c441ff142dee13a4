"""The delay pattern: each codebook starts one frame after the codebook before it.

Copet et al. 2023, section 2.2 and figure 1. Frame f of a codebook with delay d stands in column
f + d + 1; column 0 and every other free place hold the silent code.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

OPEN = -1  # a place that is not filled yet


def delayed(
    codes: torch.Tensor, frames: int, delays: Sequence[int], silent_code: int
) -> torch.Tensor:
    """Codes (rows, codebooks, known frames) → (rows, codebooks, columns) for ``frames`` frames.

    Unknown frames are OPEN.
    """
    rows, codebooks, known = codes.shape
    columns = codes.new_full((rows, codebooks, frames + max(delays) + 1), silent_code)
    for codebook, delay in enumerate(delays):
        begin = delay + 1
        columns[:, codebook, begin : begin + known] = codes[:, codebook]
        columns[:, codebook, begin + known : begin + frames] = OPEN
    return columns


def undelayed(columns: torch.Tensor, delays: Sequence[int], begin: int, end: int) -> torch.Tensor:
    """Frames ``begin`` to ``end`` of columns (rows, codebooks, columns)."""
    return torch.stack(
        [columns[:, k, begin + delay + 1 : end + delay + 1] for k, delay in enumerate(delays)],
        dim=1,
    )
