"""Networks without values: shapes as ever, nothing drawn, and real tensors drawn as ever."""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.networks.qvim.mobilenet import MobileNetV3


def test_shapes_and_names_are_those_of_a_network_with_values() -> None:
    with without_values():
        network = MobileNetV3(0.4)
    wanted = {name: value.shape for name, value in MobileNetV3(0.4).state_dict().items()}
    assert {name: value.shape for name, value in network.state_dict().items()} == wanted
    assert all(value.is_meta for value in network.state_dict().values())


def test_nothing_is_drawn() -> None:
    before = torch.get_rng_state()
    with without_values():
        weights = [nn.Linear(3, 4).weight, nn.init.normal_(nn.Parameter(torch.empty(3)))]
    assert [tuple(weight.shape) for weight in weights] == [(4, 3), (3,)]
    assert torch.equal(torch.get_rng_state(), before)


def test_tensors_on_another_device_are_drawn() -> None:
    with without_values():
        drawn = nn.init.uniform_(torch.full((50,), 9.0, device="cpu"))
    assert 0.0 <= float(drawn.min()) < float(drawn.max()) <= 1.0
