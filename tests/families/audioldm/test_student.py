"""The few-step student: small changes that are kept, found fitting and added to the UNet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tiny_checkpoint import make_tiny_unet

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.control import add_control
from qvim_studio.families.audioldm.student import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    LowRankChange,
    StudentCard,
    add_student,
    changeable,
    fingerprint,
    make_student_solver,
    read_student_card,
    save_student,
    student_timesteps,
)
from qvim_studio.training.trainers.unet import make_training_scheduler

CARD = StudentCard("teacher", 2.0, 4, 0.2, 0.4)


def some_changes(unet: torch.nn.Module, size: float = 0.05) -> dict[str, LowRankChange]:
    torch.manual_seed(1)
    changes = {name: LowRankChange(layer.weight, 4) for name, layer in changeable(unet).items()}
    for change in changes.values():
        torch.nn.init.normal_(change.up, std=size)
    return changes


def output(unet: torch.nn.Module) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    given = torch.randn(2, 12, 8, 16, generator=generator)
    labels = torch.randn(2, 512, generator=generator)
    with torch.no_grad():
        return unet(given, torch.tensor(500), None, class_labels=labels).sample


def test_steps_begin_at_the_noisiest_and_are_evenly_spaced() -> None:
    assert student_timesteps(1000, 4) == [999, 749, 499, 249]
    assert student_timesteps(1000, 12)[::3] == student_timesteps(1000, 4)


def test_the_solver_ends_with_what_is_expected_at_its_last_step() -> None:
    """One step over all noise: first-order, so the clean latents that the prediction stands for."""
    solver = make_student_solver(dict(make_training_scheduler().config))
    solver.set_timesteps(1)
    noisy, clean = torch.randn(1, 8, 8, 16), torch.randn(1, 8, 8, 16)
    alpha = solver.alphas_cumprod[999]
    velocity = (alpha.sqrt() * noisy - clean) / (1 - alpha).sqrt()
    made = solver.step(velocity, solver.timesteps[0], noisy, return_dict=False)[0]
    torch.testing.assert_close(made, clean, atol=1e-3, rtol=1e-3)


def test_a_new_change_changes_nothing() -> None:
    change = LowRankChange(torch.randn(6, 4, 3, 3), 2)
    assert change().shape == (6, 36) and not change().any()


def test_changes_come_back_from_their_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet().eval()
    changes = some_changes(unet)
    before, name = output(unet), "down_blocks.0.resnets.0.conv1"
    wanted = changeable(unet)[name].weight + changes[name]().view(8, 8, 3, 3)
    save_student(changes, CARD, tmp_path)
    assert read_student_card(tmp_path) == CARD
    add_student(unet, tmp_path)
    torch.testing.assert_close(changeable(unet)[name].weight, wanted, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(output(unet), before, atol=1e-3)
    assert not changeable(unet)[name].weight.requires_grad


def test_a_fingerprint_knows_a_tuned_unet_and_no_precision() -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet()
    stored = {name: value.half() for name, value in unet.state_dict().items()}
    first = fingerprint(unet.state_dict())
    assert fingerprint(stored) == first
    with torch.no_grad():
        unet.class_embedding.weight += 0.01
    tuned = fingerprint(unet.state_dict())
    add_control(unet, 4)
    assert len({first, tuned, fingerprint(unet.state_dict())}) == 3


def test_better_is_nearer_than_as_many_steps_of_the_teacher() -> None:
    assert CARD.is_better
    assert not StudentCard("teacher", 2.0, 4, 0.4, 0.4).is_better


@pytest.mark.parametrize("damage", ["{", json.dumps({"guidance": 1}), None])
def test_a_damaged_card_is_said_in_a_sentence(tmp_path: Path, damage: str | None) -> None:
    if damage is not None:
        (tmp_path / CONFIG_FILE).write_text(damage)
    with pytest.raises(CheckpointError, match="train student"):
        read_student_card(tmp_path)


def test_changes_of_another_network_or_damaged_ones_are_refused(tmp_path: Path) -> None:
    unet = make_tiny_unet()
    changes = some_changes(unet)
    changes.pop("conv_out")
    save_student(changes, CARD, tmp_path)
    with pytest.raises(CheckpointError, match="its layers are not the UNet's"):
        add_student(unet, tmp_path)
    (tmp_path / WEIGHTS_FILE).write_bytes(b"broken")
    with pytest.raises(CheckpointError, match="Delete its folder"):
        add_student(unet, tmp_path)
