"""A few-step student of a checkpoint's UNet, for sketches: low-rank changes, its own noise levels.

It needs few steps with one pass each, where the checkpoint needs two passes. Only the changes are
stored, as low-rank matrices that are added to the weights once (Luo et al., "LCM-LoRA", 2023,
section 3; Hu et al., "LoRA", 2022, eq. 3); ``train student`` makes them, see
training.trainers.student.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.diffusion.noise_schedule import NoiseSchedule
from qvim_studio.diffusion.solvers import DpmSolver

STUDENT_FOLDER = "student"
WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"
RANK = 16  # an eighth of the starter's weights
DOWN, UP = "down", "up"
# Of the UNet's first and last layer and of the layers for the condition, which any tuning changes.
FINGERPRINTED = ("conv_in.weight", "conv_out.weight", "class_embedding.weight")


@dataclass(frozen=True)
class StudentCard:
    """The training of a student, and its errors.

    teacher: fingerprint of the UNet that is changed. guidance: of the teacher, included in the
    student. steps: noise levels, see student_timesteps. error: relative distance of the student's
    latents from those of the guided teacher's many steps, on unseen sounds, from noise and from
    another sound. plain_error: that distance for the teacher with as many steps.
    """

    teacher: str
    guidance: float
    steps: int
    error: float
    plain_error: float

    @property
    def is_better(self) -> bool:
        """Whether the student is better than as many steps of the checkpoint, which cost more than
        twice as much."""
        return self.error < self.plain_error


class LowRankChange(nn.Module):
    """``up @ down``, which begins as zero, for one weight (out, ...)."""

    def __init__(self, weight: torch.Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = len(weight), weight[0].numel()
        self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self) -> torch.Tensor:
        """The change (out, in times kernel)."""
        return self.up @ self.down


def changeable(unet: nn.Module) -> dict[str, nn.Conv2d | nn.Linear]:
    """The layers whose weights a student changes, by name: convolutions and linear layers."""
    kinds = (nn.Conv2d, nn.Linear)
    return {name: layer for name, layer in unet.named_modules() if isinstance(layer, kinds)}


def student_timesteps(total: int, steps: int) -> list[int]:
    """The timesteps at which a student's steps begin, evenly spaced from the noisiest on.

    total: timesteps of the checkpoint's schedule. "Trailing" in Lin et al., "Common
    diffusion noise schedules and sample steps are flawed" (2024), table 2. Steps evenly spaced in
    log-SNR, which suit solvers, would spend the first two of four on almost pure noise.
    """
    return [round(total * (1 - step / steps)) - 1 for step in range(steps)]


class StudentSolver(DpmSolver):
    """First-order steps over a student's own noise levels, the last one to clean latents."""

    def set_timesteps(
        self,
        num_inference_steps: int | None = None,
        device: str | torch.device = "cpu",
        timesteps: Sequence[int] | None = None,
    ) -> None:
        if num_inference_steps is None:
            raise ValueError("expected num_inference_steps, got none")
        levels = student_timesteps(len(self.alphas_cumprod), num_inference_steps)
        super().set_timesteps(device=device, timesteps=levels)


def make_student_solver(config: Mapping[str, Any]) -> StudentSolver:
    """The solver on a checkpoint's own noise schedule and prediction type."""
    return StudentSolver(NoiseSchedule.from_config(config), order=1)


def save_student(changes: dict[str, LowRankChange], card: StudentCard, folder: str | Path) -> None:
    """Write the changes (float16) by the layers' names, and what they were trained for."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        f"{name}.{part}": getattr(change, part).detach().half().cpu().contiguous()
        for name, change in changes.items()
        for part in (DOWN, UP)
    }
    save_file(weights, folder / WEIGHTS_FILE)
    (folder / CONFIG_FILE).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def read_student_card(folder: str | Path) -> StudentCard:
    """The card of a student. Raises CheckpointError if the card is damaged."""
    path = Path(folder) / CONFIG_FILE
    try:
        return StudentCard(**as_object(read_json(path)))
    except (OSError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"The student in {folder} cannot be read: expected {CONFIG_FILE} ({reason_of(error)}). "
            "Delete the folder or train it again with: qvim-studio train student"
        ) from error


def fingerprint(weights: Mapping[str, torch.Tensor]) -> str:
    """The fingerprint of a UNet's state_dict, equal in every precision that holds the stored
    values."""
    name = hashlib.sha256("\n".join(sorted(weights)).encode())
    for key in FINGERPRINTED:
        if key in weights:
            name.update(weights[key].detach().half().cpu().contiguous().numpy().tobytes())
    return name.hexdigest()[:16]


@torch.no_grad()
def add_student(unet: nn.Module, folder: str | Path) -> None:
    """Add the changes stored in ``folder`` to the UNet's weights, strictly.

    Raises CheckpointError if the file is damaged or does not fit.
    """
    path = Path(folder) / WEIGHTS_FILE
    layers = changeable(unet)
    try:
        stored = load_file(path)
        if set(stored) != {f"{name}.{part}" for name in layers for part in (DOWN, UP)}:
            raise ValueError("its layers are not the UNet's")
        for name, layer in layers.items():
            change = stored[f"{name}.{UP}"].float() @ stored[f"{name}.{DOWN}"].float()
            changed = layer.weight + change.view_as(layer.weight).to(layer.weight)
            layer.weight = nn.Parameter(changed, requires_grad=False)
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"The student {path} does not fit this UNet or is damaged ({reason_of(error)}). "
            "Delete its folder or train it again with: qvim-studio train student"
        ) from error
