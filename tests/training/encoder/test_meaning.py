"""Meanings: sounds that the teacher finds alike come to lie side by side."""

from __future__ import annotations

import torch
from torch.nn import functional

from qvim_studio.networks.ears import FEATURES_DIM, Ears
from qvim_studio.training.encoder.meaning import learn_meaning


def test_what_the_teacher_tells_apart_counts_and_what_it_does_not_is_left_out() -> None:
    generator = torch.Generator().manual_seed(0)
    standardized = 0.1 * torch.randn(300, FEATURES_DIM, generator=generator)
    standardized[:, 0] = torch.randn(300, generator=generator)  # what the teacher hears
    standardized[:, 1] = 3 * torch.randn(300, generator=generator)  # what it does not
    taught = standardized[:, :1] * torch.randn(1, 384, generator=generator) + 7
    ears = Ears(("dog",))
    learn_meaning(ears, standardized, taught)
    probe = torch.zeros(3, FEATURES_DIM)
    probe[0, 0], probe[1, 0], probe[2, 0] = 1.0, 0.8, -1.0
    probe[:, 1] = torch.tensor([-1.0, 1.0, -1.0])
    placed = functional.normalize(probe @ ears.meaning_basis, dim=1)
    assert placed[0] @ placed[1] > 0.95 and placed[0] @ placed[2] < -0.5
