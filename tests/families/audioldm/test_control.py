"""Control curves for a UNet made without: nothing changes until trained, nothing without curves."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from torch import nn

from qvim_studio.checkpoints.checkpoint import CONTROL_FILE
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.control import (
    add_control,
    freeze_all_but_control,
    load_control,
    save_control,
)
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.memory.offload import stream
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig

LATENTS = torch.randn(2, 8, 16, 16, generator=torch.Generator().manual_seed(1))
CURVES = torch.rand(2, 4, 16, 16, generator=torch.Generator().manual_seed(2))
WIDE = LabelUnetConfig(
    in_channels=8,
    out_channels=8,
    widths=(64, 128),
    attends=(False, True),
    heads=(2, 4),
    layers=1,
    groups=8,
    norm_eps=1e-5,
    label_dim=12,
)
CONDITION = torch.nn.functional.normalize(torch.ones(2, 512), dim=1)


@torch.no_grad()
def output(unet: nn.Module, *channels: torch.Tensor) -> torch.Tensor:
    given = torch.cat(channels, dim=1)
    return unet(given, torch.tensor([10, 500]), None, class_labels=CONDITION).sample


def make_unet() -> nn.Module:
    torch.manual_seed(0)
    return make_tiny_unet(8).eval()


def trained_branch(unet: nn.Module, kind: ControlKind = ControlKind.CONCAT) -> nn.Module:
    branch = add_control(unet, 4, kind)
    freeze_all_but_control(unet, branch)
    optimizer = torch.optim.AdamW(branch.parameters(), lr=1e-2, weight_decay=0.0)
    for _ in range(3):
        given = torch.cat([LATENTS, CURVES], dim=1)
        sample = unet(given, 5, None, class_labels=CONDITION).sample
        optimizer.zero_grad()
        (sample - CURVES[:, :1]).square().mean().backward()
        optimizer.step()
    return branch


@pytest.mark.parametrize("kind", ControlKind)
def test_untrained_branch_changes_nothing(kind: ControlKind) -> None:
    unet = make_unet()
    before = output(unet, LATENTS)
    add_control(unet, 4, kind)
    assert unet.config.in_channels == 12
    assert torch.equal(output(unet, LATENTS, CURVES), before)


def test_training_moves_the_branch_and_leaves_the_base_weights_untouched() -> None:
    unet = make_unet()
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    without = output(unet, LATENTS)
    trained_branch(unet)
    after = unet.state_dict()
    for name, value in before.items():
        assert torch.equal(after[name.replace("conv_in.", "conv_in.base.")], value), name
    assert not torch.equal(output(unet, LATENTS, CURVES), without)


def test_trained_branch_says_nothing_without_curves() -> None:
    unet = make_unet()
    without = output(unet, LATENTS)
    trained_branch(unet)
    assert torch.equal(output(unet, LATENTS, torch.zeros_like(CURVES)), without)


def test_saved_and_loaded_branch_gives_the_same_output(tmp_path: Path) -> None:
    unet = make_unet()
    save_control(trained_branch(unet), "gen", CONTROL_NAMES, tmp_path)
    fresh = make_unet()
    load_control(fresh, "gen", CONTROL_NAMES, tmp_path)
    assert torch.equal(output(fresh, LATENTS, CURVES), output(unet, LATENTS, CURVES))
    assert (tmp_path / CONTROL_FILE).stat().st_size < 2**16


@pytest.mark.parametrize("kind", ControlKind)
def test_layers_of_every_kind_come_back_from_their_file(kind: ControlKind, tmp_path: Path) -> None:
    unet, fresh = make_unet(), make_unet()
    save_control(trained_branch(unet, kind), "gen", CONTROL_NAMES, tmp_path, kind)
    load_control(fresh, "gen", CONTROL_NAMES, tmp_path)
    assert torch.equal(output(fresh, LATENTS, CURVES), output(unet, LATENTS, CURVES))
    assert not torch.equal(output(fresh, LATENTS, CURVES), output(make_unet(), LATENTS))


@torch.no_grad()
@pytest.mark.parametrize("kind", ControlKind)
def test_layers_work_beside_weights_in_few_bits_that_visit_one_by_one(kind: ControlKind) -> None:
    torch.manual_seed(0)
    unet = LabelUnet(WIDE).eval()
    for parameter in add_control(unet, 4, kind).parameters():
        parameter.add_(0.05 * torch.randn_like(parameter))
    asked, free = torch.cat([LATENTS, CURVES], dim=1), LATENTS

    def outputs() -> list[torch.Tensor]:
        step, labels = torch.tensor(10), torch.ones(2, 12) / 12**0.5
        return [unet(given, step, class_labels=labels)[0] for given in (asked, free)]

    steered, plain = outputs()
    apart = (steered - plain).abs().max()
    assert store_weights(unet, 8) > 0.5
    stored = outputs()
    for few, full in zip(stored, (steered, plain), strict=True):
        assert 0 < (few - full).abs().max() < 0.05 and apart > 0.02
    stream(unet, "cpu")
    assert all(torch.equal(one, other) for one, other in zip(outputs(), stored, strict=True))


def test_branch_of_another_generator_size_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    unet = make_unet()
    save_control(add_control(unet, 4), "gen", CONTROL_NAMES, tmp_path)
    with pytest.raises(CheckpointError, match="trained for the generator 'gen'"):
        load_control(make_unet(), "other", CONTROL_NAMES, tmp_path)
    with pytest.raises(CheckpointError, match="the curve 'warmth', expected some of loudness"):
        load_control(make_unet(), "gen", ("loudness", "warmth"), tmp_path)
    with pytest.raises(CheckpointError, match="do not fit"):
        load_control(make_unet(), "gen", CONTROL_NAMES[:2], tmp_path)
    (tmp_path / CONTROL_FILE).write_bytes(b"torn")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_control(make_unet(), "gen", CONTROL_NAMES, tmp_path)
