"""Weights in few bits take little room and change little; layers that would change stay."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from qvim_studio.memory.stored_weights import StoredWeight, store_weights
from qvim_studio.training.trainers.unet import make_unet


def test_eight_bits_change_a_weight_by_less_than_a_percent() -> None:
    weight = torch.randn(33, 7, 3, 3, generator=torch.Generator().manual_seed(0))
    for bits, limit in ((8, 0.01), (4, 0.12)):
        stored = StoredWeight(weight, bits)
        assert stored().shape == weight.shape
        assert (stored() - weight).norm() / weight.norm() < limit
        used = stored.codes.nbytes + stored.scale.nbytes
        assert used <= weight.numel() * bits / 8 * 1.2


def test_a_layer_that_would_change_too_much_stays_as_it_is() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(64, 64, 3), nn.Linear(128, 128))
    with torch.no_grad():
        network[0].weight.normal_().flatten()[::64] = 6.0  # leaves the others too few steps
    exact = network[1](torch.ones(1, 128))
    share = store_weights(network, 4)
    assert isinstance(network[0], nn.Conv2d)
    assert share == pytest.approx(128 * 128 / (64 * 64 * 9 + 64 + 128 * 128 + 128))
    assert (network[1](torch.ones(1, 128)) - exact).norm() / exact.norm() < 0.3


def test_a_stored_unet_computes_nearly_the_same() -> None:
    torch.manual_seed(0)
    unet = make_unet((32, 64), 1).eval()
    given = (torch.randn(1, 12, 16, 16), torch.tensor(500))
    label = nn.functional.normalize(torch.randn(1, 512), dim=-1)
    with torch.no_grad():
        exact = unet(*given, None, class_labels=label).sample
        share = store_weights(unet, 8)
        made = unet(*given, None, class_labels=label).sample
    assert share > 0.8
    assert (made - exact).norm() / exact.norm() < 0.02


@pytest.mark.parametrize("bits", [8, 4])
def test_multiples_of_a_group_s_scale_are_kept_exactly(bits: int) -> None:
    """Of an odd number of weights, with both ends of the range in each group."""
    largest = {8: 127, 4: 7}[bits]
    codes = torch.arange(3 * 43) % (2 * largest + 1) - largest
    codes[::32] = largest
    weight = (codes / 4.0).view(3, 43)
    assert torch.equal(StoredWeight(weight, bits)(), weight)


def test_a_group_of_zeros_stays_zeros() -> None:
    assert not StoredWeight(torch.zeros(2, 64), 4)().any()


@torch.no_grad()
def test_stored_layers_keep_bias_stride_and_padding() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv1d(64, 64, 3, stride=2, padding=1), nn.Conv1d(64, 64, 1))
    given = torch.randn(1, 64, 9)
    exact = network(given)
    assert store_weights(network, 8) > 0.9
    made = network(given)
    assert made.shape == exact.shape and (made - exact).norm() / exact.norm() < 0.02
    assert {name for name, _ in network.named_parameters()} == {"0.bias", "1.bias"}


def test_subclasses_that_compute_otherwise_are_left_alone() -> None:
    class Doubled(nn.Linear):
        pass

    network = nn.Sequential(Doubled(64, 64), nn.Linear(8, 8))
    assert store_weights(network, 8) == 0.0
