"""Learns the directions in which sounds differ in meaning (networks.ears).

A larger tagger, which does not ship, hears better what a voice stands for. A linear map predicts
its features from what the ears have: the tagger's embedding and the spectrum. The directions in
which the predictions differ most are the meanings. Renders are predicted as well, so that the map
holds for voices.
"""

from __future__ import annotations

import torch
from torch.nn import functional

from qvim_studio.networks.ears import MEANING_DIM, Ears

PENALTY = 1.0  # on squared weights, against one for each sound


def learn_meaning(ears: Ears, standardized: torch.Tensor, wanted: torch.Tensor) -> None:
    """Set the basis of the ears by a penalized regression.

    standardized: (sounds, 1152), see Ears. wanted: (sounds, features), what the teacher hears.
    """
    centered = (wanted - wanted.mean(dim=0)) / (wanted.std(dim=0) + 1e-4)
    targets = functional.normalize(centered, dim=1)
    moments = standardized.T @ standardized + PENALTY * torch.eye(standardized.shape[1])
    weights = torch.linalg.solve(moments, standardized.T @ targets)
    _, _, directions = torch.linalg.svd(standardized @ weights, full_matrices=False)
    basis = weights @ directions[:MEANING_DIM].T
    ears.meaning_basis.copy_(basis / basis.norm())
