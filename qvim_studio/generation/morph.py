"""Interpolates between the embeddings of two sounds."""

from __future__ import annotations

import numpy as np
import torch

from qvim_studio.diffusion.spherical import spherical_mix


def between(first: np.ndarray, second: np.ndarray, at: float) -> np.ndarray:
    """The embedding between two embeddings (dim,) of unit length, on the arc between them. at: 0
    gives the first, 1 the second."""
    before, after = (torch.from_numpy(np.asarray(one, np.float32)) for one in (first, second))
    mixed = spherical_mix(before[None, :, None], after[None, :, None], torch.tensor([at]))
    return mixed[0, :, 0].numpy()
