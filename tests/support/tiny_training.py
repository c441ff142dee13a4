"""A training of a second or two, as a process of its own: FOLDER STEPS ACCUMULATE.

It saves after every step, so that a kill meets it while it writes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.training.loop.loop import LOG_FILE, LoopOptions, Metrics, Trainer
from qvim_studio.training.loop.machine import Machine, leave_processes


def make_model() -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.3), nn.Linear(8, 1))


def train(
    folder: Path,
    steps: int,
    accumulate: int = 1,
    losses: list[float] | None = None,
    machine: Machine | None = None,
) -> nn.Module:
    """Train to ``steps`` and give back the averaged model; every loss is added to ``losses``."""
    model = make_model()
    options = LoopOptions(
        learning_rate=1e-2, warmup_steps=3, accumulate=accumulate, checkpoint_every_s=0.0
    )
    trainer = Trainer(model, options, folder, machine=machine)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        x = torch.from_numpy(rng.standard_normal((16, 3))).float()
        loss = (model(x)[:, 0] - x.sum(dim=1)).square().mean()
        if losses is not None:
            losses.append(loss.item())
        return loss, {"first": x[0, 0].item()}

    trainer.run(step_loss, minutes=10.0, max_steps=steps)
    return trainer.ema_model(make_model())


def loss_curve(folder: Path) -> list[tuple[str, ...]]:
    """The rows of the log but for the time of day."""
    with (folder / LOG_FILE).open(newline="") as file:
        return [
            tuple(value for name, value in row.items() if name != "time")
            for row in csv.DictReader(file)
        ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    leave_processes()
