"""The noise schedule that a network was trained on, from a checkpoint's scheduler file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

PREDICTION_KINDS = ("epsilon", "sample", "v_prediction")
SPACINGS = ("linspace", "leading", "trailing")  # Lin et al. 2024, table 2
# Values of a scheduler file that turn on what is not supported here.
UNSET = {
    "clip_sample": False,
    "rescale_betas_zero_snr": False,
    "thresholding": False,
    "trained_betas": None,
}


def noised(clean: torch.Tensor, noise: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
    """Clean latents (batch, ...) with noise, at the squared signal level (batch,) of each row."""
    levels = levels.view(-1, *[1] * (clean.ndim - 1))
    return levels.sqrt() * clean + (1 - levels).sqrt() * noise


@dataclass(frozen=True)
class NoiseSchedule:
    """betas: float32 by timestep. prediction_type: what the network predicts. spacing: how the
    solvers that step evenly in time choose their timesteps, steps_offset: added to them.
    ends_clean: whether DDIM's last step leads to no noise at all."""

    betas: torch.Tensor
    prediction_type: str
    spacing: str
    steps_offset: int
    ends_clean: bool

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> NoiseSchedule:
        """The schedule of a ``scheduler_config.json``; absent values have diffusers' defaults.

        Raises ValueError naming an unsupported value.
        """
        for name, value in UNSET.items():
            # A clipped sample is DDIM's default, and no file of a latent model leaves it at that.
            if config.get(name, value) not in (value, None):
                raise ValueError(f"expected {name} {value}, got {config[name]!r}")
        begin, end = config.get("beta_start", 0.0001), config.get("beta_end", 0.02)
        steps = config.get("num_train_timesteps", 1000)
        kind = config.get("beta_schedule", "linear")
        if kind == "linear":
            betas = torch.linspace(begin, end, steps, dtype=torch.float32)
        elif kind == "scaled_linear":
            betas = torch.linspace(begin**0.5, end**0.5, steps, dtype=torch.float32) ** 2
        else:
            raise ValueError(f"expected beta_schedule linear or scaled_linear, got {kind!r}")
        prediction_type = config.get("prediction_type", "epsilon")
        if prediction_type not in PREDICTION_KINDS:
            known = ", ".join(PREDICTION_KINDS)
            raise ValueError(f"expected prediction_type {known}, got {prediction_type!r}")
        spacing = config.get("timestep_spacing", "leading")
        if spacing not in SPACINGS:
            known = ", ".join(SPACINGS)
            raise ValueError(f"expected timestep_spacing {known}, got {spacing!r}")
        offset, ends_clean = config.get("steps_offset", 0), config.get("set_alpha_to_one", True)
        return cls(betas, prediction_type, spacing, offset, ends_clean)

    @property
    def alphas_cumprod(self) -> torch.Tensor:
        """Squared signal levels by timestep, float32."""
        return torch.cumprod(1.0 - self.betas, dim=0)

    def even_timesteps(self, steps: int) -> np.ndarray:
        """``steps`` timesteps, the noisiest first, evenly spaced in the schedule's own way."""
        total = len(self.betas)
        if self.spacing == "linspace":
            return np.linspace(0, total - 1, steps).round()[::-1].astype(np.int64)
        if self.spacing == "leading":
            times = (np.arange(0, steps) * (total // steps)).round()[::-1].astype(np.int64)
            return times + self.steps_offset
        # Rounding may leave a little above 0 after all steps, such as 61: that is none of them.
        times = np.arange(total, 0, -total / steps)[:steps]
        return np.round(times).astype(np.int64) - 1
