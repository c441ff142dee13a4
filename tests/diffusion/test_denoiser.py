"""Guidance leads from the unwanted to the wanted condition, in one pass or in two."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from qvim_studio.diffusion.denoiser import Conditions, guided

LATENTS = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
TIMESTEP = torch.tensor(500)


@dataclass(frozen=True, eq=False)
class Factor:
    values: torch.Tensor

    def joined(self, other: Factor) -> Factor:
        return Factor(torch.cat([self.values, other.values]))


CONDITIONS = Conditions(Factor(torch.tensor([2.0, 3.0])), Factor(torch.tensor([-1.0, 1.0])))


class Counting:
    """Multiplies every row by its factor and notes the number of rows."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def __call__(
        self, latents: torch.Tensor, timestep: torch.Tensor, condition: Factor
    ) -> torch.Tensor:
        assert timestep is TIMESTEP
        self.rows.append(len(latents))
        return latents * condition.values[:, None, None]


@pytest.mark.parametrize(("passes", "rows"), [(1, [4]), (2, [2, 2])])
@pytest.mark.parametrize("guidance", [0.0, 0.5, 3.0])
def test_guidance_extrapolates_from_unwanted_to_wanted_in_either_number_of_passes(
    guidance: float, passes: int, rows: list[int]
) -> None:
    denoise = Counting()
    made = guided(denoise, LATENTS, TIMESTEP, CONDITIONS, guidance, passes)
    factors = torch.tensor([-1.0 + guidance * 3.0, 1.0 + guidance * 2.0])
    torch.testing.assert_close(made, LATENTS * factors[:, None, None])
    assert denoise.rows == rows


@pytest.mark.parametrize("passes", [1, 2])
def test_a_guidance_of_one_pays_for_the_wanted_condition_alone(passes: int) -> None:
    denoise = Counting()
    made = guided(denoise, LATENTS, TIMESTEP, CONDITIONS, 1.0, passes)
    torch.testing.assert_close(made, LATENTS * torch.tensor([2.0, 3.0])[:, None, None])
    assert denoise.rows == [2]
