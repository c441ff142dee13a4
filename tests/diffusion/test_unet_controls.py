"""Every way of steering a UNet begins with what the UNet was, and learns; on tiny UNets with random
weights, ours and those of two families."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from tiny_audioldm2 import tiny_pipeline
from tiny_checkpoint import make_tiny_unet
from torch import nn

from qvim_studio.core.control_kind import ControlKind
from qvim_studio.diffusion.unet_controls import (
    UnetControl,
    attach_control,
)
from qvim_studio.networks.label_unet import LabelUnet, LabelUnetConfig

NAMES = ("loudness", "pitch", "brightness")
Unet = tuple[nn.Module, dict[str, Any]]


def random(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


LATENTS, CURVES = random(2, 8, 8, 16), random(2, 3, 8, 16, seed=2)


def own_unet() -> Unet:
    torch.manual_seed(0)
    config = LabelUnetConfig(
        in_channels=8,
        out_channels=8,
        widths=(8, 16),
        attends=(False, True),
        heads=(1, 2),
        layers=1,
        groups=4,
        norm_eps=1e-5,
        label_dim=12,
    )
    return LabelUnet(config).eval(), {"class_labels": random(2, 12, seed=3)}


def published_unet() -> Unet:
    torch.manual_seed(0)
    labels = {"class_labels": random(2, 512, seed=3), "encoder_hidden_states": None}
    return make_tiny_unet(8).eval(), labels


@pytest.fixture(scope="module")
def audioldm2() -> nn.Module:
    return tiny_pipeline().unet


UNETS = {"own": own_unet, "published": published_unet}


def output(unet: Unet, latents: torch.Tensor = LATENTS) -> torch.Tensor:
    network, condition = unet
    return network(latents, torch.tensor(10), return_dict=False, **condition)[0]


@dataclass(frozen=True)
class Lesson:
    """A network, the layers that a toy task taught (the first curve is to be heard), the losses."""

    unet: Unet
    before: dict[str, torch.Tensor]
    without: torch.Tensor
    control: UnetControl
    losses: list[float]


@functools.cache
def learned(kind: ControlKind) -> Lesson:
    unet = own_unet()
    before = {name: value.clone() for name, value in unet[0].state_dict().items()}
    without = output(unet)
    control = attach_control(unet[0], kind, len(NAMES))
    unet[0].requires_grad_(False)
    optimizer = torch.optim.AdamW(control.parameters(), lr=1e-2, weight_decay=0.0)
    losses = []
    target = CURVES[:, :1].mean(dim=3, keepdim=True)
    for _ in range(20):
        with control.given(CURVES):
            loss = (output(unet) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return Lesson(unet, before, without, control, losses)


@pytest.mark.parametrize("kind", ControlKind)
@pytest.mark.parametrize("make", UNETS.values(), ids=list(UNETS))
def test_untrained_layers_change_nothing_at_all(
    kind: ControlKind, make: Callable[[], Unet]
) -> None:
    unet = make()
    before = output(unet)
    control = attach_control(unet[0], kind, len(NAMES))
    with control.given(CURVES):
        assert torch.equal(output(unet), before)
    assert torch.equal(output(unet), before)


@pytest.mark.parametrize("kind", ControlKind)
def test_they_learn_and_leave_the_network_as_it_was(kind: ControlKind) -> None:
    lesson = learned(kind)
    network, control, without = lesson.unet[0], lesson.control, lesson.without
    assert lesson.losses[-1] < 0.9 * lesson.losses[0]
    after = network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in lesson.before.items())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert any(p.grad is not None and p.grad.abs().max() > 0 for p in control.parameters())
    assert torch.equal(output(lesson.unet), without)  # outside of given()
    with torch.no_grad(), control.given(CURVES):
        assert not torch.allclose(output(lesson.unet), without, atol=1e-3)


@pytest.mark.parametrize("kind", ControlKind)
def test_a_batch_of_both_conditions_hears_the_curves_twice(kind: ControlKind) -> None:
    lesson = learned(kind)
    network, condition = lesson.unet
    twice = {name: torch.cat([value, value]) for name, value in condition.items()}
    with torch.no_grad(), lesson.control.given(CURVES):
        both = output((network, twice), torch.cat([LATENTS, LATENTS]))
        alone = output((network, condition))
    torch.testing.assert_close(both, torch.cat([alone, alone]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ControlKind)
def test_padding_is_not_listened_to(kind: ControlKind) -> None:
    lesson = learned(kind)
    mask = torch.ones(2, 8, dtype=torch.bool)
    mask[:, 5:] = False
    other = CURVES.clone()
    other[:, :, 5:] = 9.0
    made = []
    with torch.no_grad():
        for curves in (CURVES, other):
            with lesson.control.given(curves, mask):
                made.append(output(lesson.unet))
        with lesson.control.given(other):
            made.append(output(lesson.unet))
    torch.testing.assert_close(made[0], made[1], atol=1e-6, rtol=1e-5)
    assert not torch.allclose(made[0], made[2], atol=1e-3)


def test_attention_with_nothing_to_look_at_adds_nothing() -> None:
    lesson = learned(ControlKind.CROSS_ATTENTION)
    with torch.no_grad(), lesson.control.given(CURVES, torch.zeros(2, 8, dtype=torch.bool)):
        torch.testing.assert_close(output(lesson.unet), lesson.without)


@pytest.mark.parametrize("kind", ControlKind)
def test_layers_of_the_second_family_begin_with_what_it_was(
    audioldm2: nn.Module, kind: ControlKind
) -> None:
    condition = {
        "encoder_hidden_states": random(2, 4, 768, seed=4),
        "encoder_hidden_states_1": random(2, 5, 1024, seed=5),
    }
    unet = (copy.deepcopy(audioldm2), condition)
    with torch.no_grad():
        before = output(unet)
        control = attach_control(unet[0], kind, len(NAMES))
        with control.given(CURVES):
            assert torch.equal(output(unet), before)
            for parameter in control.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
            assert not torch.allclose(output(unet), before, atol=1e-4)
