"""Every row of a batch has noise of its own seed."""

from __future__ import annotations

import torch

from qvim_studio.diffusion.seeded_noise import SeededNoise


def test_a_seed_draws_the_same_numbers_whatever_is_drawn_beside_it() -> None:
    alone, beside = SeededNoise([4], (2, 3)), SeededNoise([9, 4], (2, 3))
    for _ in range(2):
        torch.testing.assert_close(alone()[0], beside()[1], rtol=0, atol=0)


def test_numbers_go_on_and_are_those_of_the_seed_alone() -> None:
    draw = SeededNoise([3], (2, 2))
    torch.manual_seed(9)  # the global generator plays no part
    generator = torch.Generator().manual_seed(3)
    for _ in range(2):
        assert torch.equal(draw()[0], torch.randn(2, 2, generator=generator))
