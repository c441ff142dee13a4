"""The training loop: a killed and resumed run equals an uninterrupted one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from qvim_studio.core.errors import StudioError
from qvim_studio.training.loop import STATE_FILE, LoopOptions, Metrics, Trainer, can_start_warm

OPTIONS = LoopOptions(learning_rate=1e-2, warmup_steps=3)


def make_model() -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.3), nn.Linear(8, 1))


def train(folder: Path, steps: int, losses: list[float]) -> nn.Module:
    model = make_model()
    trainer = Trainer(model, OPTIONS, folder)

    def step_loss(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        x = torch.from_numpy(rng.standard_normal((16, 3))).float()
        loss = (model(x)[:, 0] - x.sum(dim=1)).square().mean()
        losses.append(loss.item())
        return loss, {}

    trainer.run(step_loss, minutes=1.0, max_steps=steps)
    return trainer.ema_model(make_model())


def test_resumed_run_has_the_loss_curve_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole: list[float] = []
    halves: list[float] = []
    straight = train(tmp_path / "a", 40, whole)
    train(tmp_path / "b", 17, halves)
    (tmp_path / "b" / f"{STATE_FILE}.part").write_bytes(b"torn by a kill while writing")
    resumed = train(tmp_path / "b", 40, halves)
    assert halves == whole
    for a, b in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)
    assert np.mean(whole[-5:]) < 0.6 * np.mean(whole[:5])


def test_restored_weights_count_until_a_training_has_a_state_of_its_own(tmp_path: Path) -> None:
    assert not can_start_warm(tmp_path, "unet")
    (tmp_path / "unet").mkdir()
    assert can_start_warm(tmp_path, "unet")
    train(tmp_path, 1, [])
    assert not can_start_warm(tmp_path, "unet")


def test_loss_that_is_not_finite_stops_with_a_sentence(tmp_path: Path) -> None:
    model = make_model()
    trainer = Trainer(model, OPTIONS, tmp_path)

    def broken(rng: np.random.Generator) -> tuple[torch.Tensor, Metrics]:
        return model(torch.full((1, 3), float("nan"))).sum(), {}

    with pytest.raises(StudioError, match="step 0"):
        trainer.run(broken, minutes=1.0)
