"""DPM-Solver++ of the second order for a stochastic equation, as Stable Audio Open samples.

The network predicts a velocity at an angle: for a level sigma of noise over clean latents of unit
variance, its inputs are ``atan(sigma) * 2 / pi`` and the latents scaled to unit variance
(Salimans & Ho 2022, appendix D; Evans et al., "Stable Audio Open", 2024). The steps are those of
Lu et al., "DPM-Solver++", 2022, appendix A, in the form that adds noise. Normalised increments of
Brownian motion over disjoint intervals are independent normal numbers: no tree of them is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch

# Levels that the published sampler begins and ends at, in even steps of their logarithms.
SIGMA_MAX, SIGMA_MIN = 500.0, 0.3
Velocity = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Hold = Callable[[torch.Tensor], torch.Tensor]
Draw = Callable[[], torch.Tensor]


def sigma_levels(steps: int, share: float = 1.0) -> list[float]:
    """Noise levels of the last ``share`` of the schedule, at least one, followed by 0.

    Earlier levels are left out, so a sound to start from is noised by the first of the levels.
    """
    ratio = math.log(SIGMA_MIN / SIGMA_MAX)
    levels = [SIGMA_MAX * math.exp(ratio * step / max(steps - 1, 1)) for step in range(steps)]
    left = max(1, min(steps, int(steps * share)))
    return [*levels[steps - left :], 0.0]


def initial_latents(noise: torch.Tensor, sigma: float, clean: torch.Tensor | None) -> torch.Tensor:
    """The latents that a sampler begins with: noise alone, or a sound with noise of this level."""
    if clean is None:
        return noise * math.sqrt(sigma**2 + 1.0)  # of the variance that both together have
    return clean + sigma * noise


def network_level(sigma: float) -> float:
    """A level as the input of a network, 0 to 1."""
    return 2.0 / math.pi * math.atan(sigma)


def sample_cosine_sde(
    velocity: Velocity,
    latents: torch.Tensor,
    levels: Sequence[float],
    draw: Draw,
    on_step: Callable[[], None],
    hold: Hold | None = None,
) -> torch.Tensor:
    """Latents (batch, channels, frames) at the first level → clean ones.

    velocity: of latents scaled to unit variance and the ``network_level`` of each row. draw:
    normal numbers of the latents' shape, once for each step but the last. on_step: after each step;
    raises to stop. hold: what is expected to be clean → the same with what must stay in its place.
    """
    before: tuple[torch.Tensor, float] | None = None  # clean latents one step ago, and its length
    for level, following in pairwise(levels):
        clean = _expected_clean(velocity, latents, level)
        if hold is not None:
            clean = hold(clean)
        if following == 0.0:
            latents = clean
        else:
            length = math.log(level / following)
            change = 1.0 - math.exp(-2.0 * length)
            towards = clean
            if before is not None:
                towards = clean + 0.5 * (length / before[1]) * (clean - before[0])
            latents = (
                following / level * math.exp(-length) * latents
                + change * towards
                + following * math.sqrt(change) * draw()
            )
            before = clean, length
        on_step()
    return latents


def _expected_clean(velocity: Velocity, latents: torch.Tensor, level: float) -> torch.Tensor:
    spread = math.sqrt(level**2 + 1.0)
    level_input = torch.full((len(latents),), network_level(level), device=latents.device)
    predicted = velocity(latents / spread, level_input)
    return latents / spread**2 - level / spread * predicted
