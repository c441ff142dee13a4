"""DDIM whose steps add noise of the caller's own generators (eta above 0)."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace

import torch

from qvim_studio.diffusion.noise_schedule import noised

TRAINED_STEPS = 1000
COSINE_OFFSET = 0.008  # Nichol & Dhariwal 2021, section 3.2
LINEAR_BEGIN, LINEAR_END = 0.0015, 0.0195  # betas of AudioLDM and what was made after it

Draw = Callable[[], torch.Tensor]


def cosine_levels(steps: int = TRAINED_STEPS) -> torch.Tensor:
    """Squared signal levels (steps,) in float64, unclipped (Nichol & Dhariwal 2021, eq. 17)."""
    at = torch.arange(steps + 1, dtype=torch.float64) / steps + COSINE_OFFSET
    levels = torch.cos(at / (1 + COSINE_OFFSET) * math.pi / 2).square()
    return levels[1:] / levels[0]


def scaled_linear_levels(steps: int = TRAINED_STEPS) -> torch.Tensor:
    """Squared signal levels (steps,) in float64; betas are linear in their square roots."""
    begin, end = math.sqrt(LINEAR_BEGIN), math.sqrt(LINEAR_END)
    betas = torch.linspace(begin, end, steps, dtype=torch.float64).square()
    return (1 - betas).cumprod(dim=0)


class StochasticDdim:
    """Song et al., "Denoising diffusion implicit models" (2021), eq. 12 and 16.

    It has the interface of diffusers' schedulers, but ``draw`` provides all noise. With eta 0 it
    never calls ``draw``.
    """

    init_noise_sigma = 1.0

    def __init__(
        self, levels: torch.Tensor, prediction_type: str, draw: Draw, eta: float = 1.0
    ) -> None:
        """levels: squared signal levels by timestep. draw: standard normal values in the shape of
        the latents, once for each step."""
        if prediction_type not in ("epsilon", "v_prediction"):
            raise ValueError(f"expected epsilon or v_prediction, got {prediction_type!r}")
        self.alphas_cumprod = levels.float()
        self.config = SimpleNamespace(
            prediction_type=prediction_type, num_train_timesteps=len(levels)
        )
        self.timesteps = torch.empty(0, dtype=torch.long)
        self._levels = [float(level) for level in levels]
        self._draw = draw
        self._eta = eta
        self._next: dict[int, int] = {}

    def set_timesteps(self, num_inference_steps: int, device: str | torch.device = "cpu") -> None:
        """Evenly spaced steps, noisiest first.

        A divisor of the trained steps gives the published grid, 1 + multiples of their quotient;
        any other number is spread over the whole schedule.
        """
        trained, steps = len(self._levels), num_inference_steps
        if trained % steps == 0 and 1 < steps < trained:
            times = [1 + trained // steps * i for i in range(steps)]
        else:
            times = torch.linspace(1, trained - 1, steps).round().long().tolist()
            times = times if steps > 1 else [trained - 1]
        self._next = dict(zip(times[1:], times, strict=False))
        self.timesteps = torch.tensor(times[::-1], device=device)

    def scale_model_input(self, latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        return latents

    def add_noise(
        self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Clean latents (batch, ...) as they are at each row's timestep."""
        return noised(clean, noise, self.alphas_cumprod.to(clean.device)[timesteps])

    def step(
        self,
        prediction: torch.Tensor,
        timestep: torch.Tensor,
        latents: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """The latents one step further; a tuple of one, as the sampling loop takes it."""
        now = int(timestep)
        level = self._levels[now]
        following = self._levels[self._next.get(now, 0)]
        signal, noise = math.sqrt(level), math.sqrt(1 - level)
        if self.config.prediction_type == "v_prediction":
            clean = signal * latents - noise * prediction
            direction = signal * prediction + noise * latents
        else:
            clean = (latents - noise * prediction) / signal
            direction = prediction
        spread = self._eta * math.sqrt(
            max(0.0, (1 - following) / (1 - level) * (1 - level / following))
        )
        made = math.sqrt(following) * clean + math.sqrt(1 - following - spread**2) * direction
        if self._eta:
            made = made + spread * self._draw().to(made)
        return (made,)
