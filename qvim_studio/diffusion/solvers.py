"""Solvers of the reverse diffusion on a checkpoint's own noise schedule: DDIM and DPM-Solver++.

They have the interface of diffusers' schedulers and compute the same values in the same order of
operations, without that library.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import torch

from qvim_studio.diffusion.noise_schedule import NoiseSchedule, noised

KARRAS_RHO = 7.0  # Karras et al. 2022, section 3
FEW_STEPS = 15  # fewer end with a step of the first order, which is steadier (Lu et al. 2022)


class Solver:
    """The common part. ``timesteps``: from ``set_timesteps``, the noisiest first."""

    init_noise_sigma = 1.0  # of the noise to begin with

    def __init__(self, schedule: NoiseSchedule) -> None:
        self.schedule = schedule
        self.alphas_cumprod = schedule.alphas_cumprod
        self.timesteps = torch.empty(0, dtype=torch.long)
        self.config = SimpleNamespace(
            prediction_type=schedule.prediction_type, num_train_timesteps=len(schedule.betas)
        )

    def scale_model_input(self, latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        return latents


class Ddim(Solver):
    """Song et al., "Denoising diffusion implicit models" (2021), eq. 12 without noise."""

    def set_timesteps(self, num_inference_steps: int, device: str | torch.device = "cpu") -> None:
        """Raises ValueError for more steps than the network was trained on."""
        total = len(self.alphas_cumprod)
        if num_inference_steps > total:
            raise ValueError(f"expected at most {total} steps, got {num_inference_steps}")
        self._stride = total // num_inference_steps
        times = self.schedule.even_timesteps(num_inference_steps)
        self.timesteps = torch.from_numpy(times.copy()).to(device)

    def add_noise(
        self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Clean latents (batch, ...) as they are at each row's timestep."""
        return noised(clean, noise, self.alphas_cumprod.to(clean)[timesteps])

    def step(
        self,
        prediction: torch.Tensor,
        timestep: torch.Tensor,
        latents: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """The latents one step further; a tuple of one, as the sampling loop takes it."""
        now = int(timestep)
        level, following = self.alphas_cumprod[now], self._level_after(now)
        spread = 1 - level
        if self.schedule.prediction_type == "epsilon":
            clean, direction = (latents - spread**0.5 * prediction) / level**0.5, prediction
        elif self.schedule.prediction_type == "sample":
            clean = prediction
            direction = (latents - level**0.5 * clean) / spread**0.5
        else:
            clean = level**0.5 * latents - spread**0.5 * prediction
            direction = level**0.5 * prediction + spread**0.5 * latents
        return (following**0.5 * clean + (1 - following) ** 0.5 * direction,)

    def _level_after(self, timestep: int) -> torch.Tensor:
        following = timestep - self._stride
        if following >= 0:
            return self.alphas_cumprod[following]
        return torch.tensor(1.0) if self.schedule.ends_clean else self.alphas_cumprod[0]


class DpmSolver(Solver):
    """DPM-Solver++ with multistep updates (Lu et al., "DPM-Solver++", 2022, algorithm 2).

    order: 1, or 2 with the midpoint rule.
    """

    def __init__(self, schedule: NoiseSchedule, order: int) -> None:
        super().__init__(schedule)
        self.order = order
        times = np.arange(len(self.alphas_cumprod))[::-1].copy()
        self.timesteps = torch.from_numpy(times)  # all that the network was trained on
        self.sigmas = torch.from_numpy(self._noise_levels()[::-1].copy())
        self._index: int | None = None
        self._begin: int | None = None
        self._clean: list[torch.Tensor] = []  # as expected at the last steps

    def set_timesteps(
        self,
        num_inference_steps: int | None = None,
        device: str | torch.device = "cpu",
        timesteps: Sequence[int] | None = None,
    ) -> None:
        """Set the steps, in the solver's own spacing or at the given timesteps; the last step ends
        with clean latents."""
        if timesteps is not None:
            times = np.array(timesteps).astype(np.int64)
            levels = np.interp(times, np.arange(len(self._noise_levels())), self._noise_levels())
        elif num_inference_steps is not None:
            times, levels = self._spaced(num_inference_steps)
        else:
            raise ValueError("expected num_inference_steps, got none")
        self._begin_run(times, np.append(levels, self._last_level()), device)

    def set_begin_index(self, begin_index: int) -> None:
        """The step to begin with."""
        self._begin = begin_index

    def add_noise(
        self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor
    ) -> torch.Tensor:
        """Clean latents (batch, ...) as they are at each row's timestep, of those that are run."""
        rows = [self._index_of(time) for time in timesteps.to(self.timesteps.device)]
        sigma = self.sigmas.to(clean)[rows].view(-1, *[1] * (clean.ndim - 1))
        signal, spread = _signal_and_noise(sigma)
        return signal * clean + spread * noise

    def step(
        self,
        prediction: torch.Tensor,
        timestep: torch.Tensor,
        latents: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """The latents one step further; a tuple of one, as the sampling loop takes it."""
        if self._index is None:
            self._index = self._index_of(timestep) if self._begin is None else self._begin
        index, steps = self._index, len(self.timesteps)
        clean = self._expected(prediction, latents, index)
        is_last = index == steps - 1
        ends_low = is_last and (steps < FEW_STEPS or self._last_level() == 0)
        (signal, noise), (_, noise_now) = (
            _signal_and_noise(self.sigmas[place]) for place in (index + 1, index)
        )
        length = self._half_snr(index + 1) - self._half_snr(index)
        growth = signal * (torch.exp(-length) - 1.0)
        made = (noise / noise_now) * latents.float() - growth * clean
        if self.order == 2 and self._clean and not ends_low:
            before = self._half_snr(index) - self._half_snr(index - 1)
            made = made - 0.5 * growth * ((1.0 / (before / length)) * (clean - self._clean[-1]))
        self._clean = [clean]
        self._index += 1
        return (made.to(clean.dtype),)

    def _spaced(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """Timesteps and noise levels of so many steps: evenly in time, as the schedule says."""
        times = _inner_timesteps(self.schedule, steps)
        levels = self._noise_levels()
        return times, np.interp(times, np.arange(len(levels)), levels)

    def _last_level(self) -> float:
        """Where the last step leads."""
        return 0.0

    def _noise_levels(self) -> np.ndarray:
        """Noise over signal by timestep."""
        return np.array(((1 - self.alphas_cumprod) / self.alphas_cumprod) ** 0.5)

    def _begin_run(
        self, times: np.ndarray, levels: np.ndarray, device: str | torch.device | None
    ) -> None:
        self.sigmas = torch.from_numpy(levels.astype(np.float32))
        self.timesteps = torch.from_numpy(times).to(device=device, dtype=torch.int64)
        self._index = self._begin = None
        self._clean = []

    def _index_of(self, timestep: torch.Tensor) -> int:
        """The index of a timestep; of one that occurs twice, the second, because no step is
        skipped."""
        places = (self.timesteps == timestep.to(self.timesteps.device)).nonzero()
        if len(places) == 0:
            return len(self.timesteps) - 1
        return int(places[min(1, len(places) - 1)])

    def _half_snr(self, index: int) -> torch.Tensor:
        signal, noise = _signal_and_noise(self.sigmas[index])
        return torch.log(signal) - torch.log(noise)

    def _expected(
        self, prediction: torch.Tensor, latents: torch.Tensor, index: int
    ) -> torch.Tensor:
        """The clean latents that a prediction stands for."""
        signal, noise = _signal_and_noise(self.sigmas[index])
        if self.schedule.prediction_type == "epsilon":
            return (latents - noise * prediction) / signal
        if self.schedule.prediction_type == "sample":
            return prediction
        return signal * latents - noise * prediction


class UniformSolver(DpmSolver):
    """Even steps in half log-SNR, so that a share of the steps is a share of it."""

    def _spaced(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        logarithms = np.log(self._noise_levels())
        highest, lowest = logarithms[-1].item(), logarithms[0].item()
        levels = np.exp(highest + np.linspace(0, 1, steps) * (lowest - highest))
        return _nearest_timesteps(levels, logarithms), levels


class LevelSolver(DpmSolver):
    """Steps of Karras et al. 2022, eq. 5, that end where DDIM ends: at the schedule's lowest noise.

    The pipeline's DDIM leaves that noise in the latents (``set_alpha_to_one=False``). A solver that
    removes it stays at least 3.9 % away, with any number of steps.
    """

    def set_timesteps(
        self,
        num_inference_steps: int | None = None,
        device: str | torch.device = "cpu",
        timesteps: Sequence[int] | None = None,
    ) -> None:
        """One level more than steps: every step leads from one to the next."""
        if num_inference_steps is None:
            raise ValueError("expected num_inference_steps, got none")
        levels = self._noise_levels()
        low, high = (float(levels[place]) ** (1 / KARRAS_RHO) for place in (0, -1))
        ramp = np.linspace(0, 1, num_inference_steps + 1)
        spaced = (high + ramp * (low - high)) ** KARRAS_RHO
        times = _nearest_timesteps(spaced, np.log(levels))
        self._begin_run(times[:-1], spaced, device)

    def _last_level(self) -> float:
        return float(self._noise_levels()[0])


def _signal_and_noise(sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a level of noise over signal, at unit variance of both together."""
    signal = 1 / ((sigma**2 + 1) ** 0.5)
    return signal, sigma * signal


def _inner_timesteps(schedule: NoiseSchedule, steps: int) -> np.ndarray:
    """Even timesteps without the very first one, where no noise is left to be removed."""
    total = len(schedule.betas)
    if schedule.spacing == "linspace":
        times = np.linspace(0, total - 1, steps + 1)
        return times.round()[::-1][:-1].astype(np.int64)
    if schedule.spacing == "leading":
        times = (np.arange(0, steps + 1) * (total // (steps + 1))).round()
        return times[::-1][:-1].astype(np.int64) + schedule.steps_offset
    return schedule.even_timesteps(steps)


def _nearest_timesteps(levels: np.ndarray, logarithms: np.ndarray) -> np.ndarray:
    """Timesteps whose noise levels, given as logarithms, lie nearest."""
    times = np.interp(np.log(np.maximum(levels, 1e-10)), logarithms, np.arange(len(logarithms)))
    return times.round()
