"""The reverse diffusion: a loop over a denoiser and a solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import torch

from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.errors import CancelledError
from qvim_studio.core.request import SamplerName
from qvim_studio.diffusion.denoiser import AnyCondition, Conditions, Denoiser, guided
from qvim_studio.diffusion.noise_schedule import NoiseSchedule
from qvim_studio.diffusion.solvers import Ddim, LevelSolver, Solver, UniformSolver

OnStep = Callable[[int, int], None]
OnEstimate = Callable[[int, int, Callable[[], torch.Tensor]], None]


class Listener(Protocol):
    """Predicts from noised latents where their sound will lie among the conditions."""

    def gradient(
        self, latents: torch.Tensor, timestep: torch.Tensor, conditions: torch.Tensor
    ) -> torch.Tensor:
        """The gradient of the similarity to the wanted condition, in the shape of the latents."""
        ...


@dataclass(frozen=True, eq=False)
class Steering:
    """A listener that leads the denoising towards a wanted condition, and its weight.

    wanted: (batch, dim) unit vectors.
    """

    listener: Listener
    weight: float
    wanted: torch.Tensor


@dataclass(frozen=True, eq=False)
class Kept:
    """The latents that stay as they are while the rest is made.

    latents: clean, (1 or batch, channels, frames, bins). is_made: bool (1, 1, frames, bins or 1),
    True where latents are made.
    """

    latents: torch.Tensor
    is_made: torch.Tensor


def make_scheduler(
    name: SamplerName, config: Mapping[str, Any], *, has_start: bool = False
) -> Solver:
    """A solver on a checkpoint's own noise schedule and prediction type.

    config: the values of its ``scheduler_config.json``.
    has_start: whether denoising starts from a sound. Then the steps are uniform in half log-SNR, so
    that ``strength`` is a share of it. From noise they follow Karras et al. 2022, eq. 5, whose
    worst sample is far better with few steps, measured on trained weights (``qvim-studio bench
    generate`` prints the errors). Raises ValueError for an unknown schedule.
    """
    schedule = NoiseSchedule.from_config(config)
    if name is SamplerName.DDIM:
        return Ddim(schedule)
    return UniformSolver(schedule, order=2) if has_start else LevelSolver(schedule, order=2)


def executed_steps(steps: int, strength: float) -> int:
    """The steps that run if the start is a sound noised by ``strength``; at least one."""
    return max(1, min(steps, int(steps * strength)))


@torch.inference_mode()
def sample_latents(
    denoise: Denoiser[AnyCondition],
    scheduler: Any,
    noise: torch.Tensor,
    conditions: Conditions[AnyCondition],
    *,
    steps: int,
    guidance: float,
    start: torch.Tensor | None = None,
    strength: float = 1.0,
    guidance_passes: int = 1,
    guided_share: float = 1.0,
    steering: Steering | None = None,
    kept: Kept | None = None,
    on_step: OnStep,
    is_cancelled: IsCancelled,
    on_estimate: OnEstimate | None = None,
) -> torch.Tensor:
    """Denoise a batch of latents of the shape of ``noise`` (batch, channels, frames, bins).

    Everything except the network runs in the precision of ``noise``; with float32 the solver's many
    small steps accumulate no rounding errors.

    start: clean latents to begin from, noised by ``strength``; None for pure noise. guidance,
    guidance_passes: see ``guided``.
    guided_share: share of the ``steps``, noisiest first, with guidance; the others use only the
    wanted condition. steering: a second, gradient-based guidance; None for none.
    kept: latents that are held in place at every step; None if everything is made.
    on_estimate: called before ``on_step`` with a function that returns the clean latents expected
    at this step.
    Raises CancelledError between two steps once ``is_cancelled()`` is true.
    """
    scheduler.set_timesteps(steps, device=noise.device)
    timesteps, first = scheduler.timesteps, 0
    if start is None:
        latents = noise * scheduler.init_noise_sigma
    else:
        first = steps - executed_steps(steps, strength)
        timesteps = timesteps[first:]
        latents = scheduler.add_noise(start, noise, timesteps[:1].expand(len(noise)))
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
    for number, timestep in enumerate(timesteps, start=1):
        if is_cancelled():
            raise CancelledError("The generation was cancelled. Nothing was written.")
        given = scheduler.scale_model_input(latents, timestep)
        scale = guidance if first + number <= guided_share * steps else 1.0
        noise_pred = guided(denoise, given, timestep, conditions, scale, guidance_passes)
        if steering is not None:
            noise_pred = steer(steering, scheduler, given, noise_pred, timestep)
        if kept is not None:
            noise_pred = hold(kept, scheduler, given, noise_pred, timestep)
        if on_estimate is not None:
            estimate = partial(expected_clean, scheduler, given, noise_pred, timestep)
            on_estimate(number, len(timesteps), estimate)
        latents = scheduler.step(noise_pred, timestep, latents, return_dict=False)[0]
        on_step(number, len(timesteps))
    return latents


def prediction_of(
    scheduler: Any, latents: torch.Tensor, clean: torch.Tensor, timestep: torch.Tensor
) -> torch.Tensor:
    """The prediction that leads to the given clean latents, the inverse of ``expected_clean``."""
    signal, noise = _levels(scheduler, latents, timestep)
    kind = scheduler.config.prediction_type
    if kind == "v_prediction":
        return (signal * latents - clean) / noise
    if kind == "sample":
        return clean
    return (latents - signal * clean) / noise


def expected_clean(
    scheduler: Any, latents: torch.Tensor, noise_pred: torch.Tensor, timestep: torch.Tensor
) -> torch.Tensor:
    """The clean latents that a prediction leads to (Salimans & Ho 2022, appendix D)."""
    signal, noise = _levels(scheduler, latents, timestep)
    kind = scheduler.config.prediction_type
    if kind == "v_prediction":
        return signal * latents - noise * noise_pred
    if kind == "sample":
        return noise_pred
    return (latents - noise * noise_pred) / signal


def _levels(
    scheduler: Any, latents: torch.Tensor, timestep: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The factors of the clean latents and of the noise at this step."""
    alpha = scheduler.alphas_cumprod.to(latents.device)[timestep.long()]
    return alpha.sqrt(), (1 - alpha).sqrt()


def steer(
    steering: Steering,
    scheduler: Any,
    latents: torch.Tensor,
    noise_pred: torch.Tensor,
    timestep: torch.Tensor,
) -> torch.Tensor:
    """The prediction under classifier guidance (Dhariwal & Nichol 2021, algorithm 2).

    The listener's similarity serves as a log-probability. The expected clean sound is shifted by at
    most its own deviation, because the weight of a gradient has no limit at high noise."""
    clean = expected_clean(scheduler, latents, noise_pred, timestep)
    signal, noise = _levels(scheduler, latents, timestep)
    gradient = steering.listener.gradient(latents, timestep, steering.wanted).to(latents.dtype)
    shift = steering.weight * noise.square() / signal * gradient
    rows = (1, 2, 3)
    limit = clean.std(dim=rows, keepdim=True) / shift.std(dim=rows, keepdim=True).clamp(min=1e-12)
    clean = clean + shift * limit.clamp(max=1.0)
    return prediction_of(scheduler, latents, clean, timestep)


def hold(
    kept: Kept,
    scheduler: Any,
    latents: torch.Tensor,
    noise_pred: torch.Tensor,
    timestep: torch.Tensor,
) -> torch.Tensor:
    """The prediction that leads to the kept latents wherever nothing is made."""
    clean = expected_clean(scheduler, latents, noise_pred, timestep)
    held = torch.where(kept.is_made, clean, kept.latents.to(clean.dtype))
    return prediction_of(scheduler, latents, held, timestep)
