"""Batch norms are folded into their convolutions without changing what a network computes."""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.networks.fused import fused


def random_network() -> nn.Module:
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4, eps=0.001), inner)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.weight, module.bias, module.running_mean, module.running_var):
                nn.init.uniform_(values, 0.5, 2.0)
    return network


@torch.no_grad()
def test_the_fused_network_computes_the_same_without_a_norm() -> None:
    network = random_network().eval()
    result, given = fused(network), torch.randn(2, 1, 8, 8)
    torch.testing.assert_close(result(given), network(given), atol=1e-5, rtol=1e-5)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in result.modules())
    assert result[0].weight.is_contiguous(memory_format=torch.channels_last)


def test_the_given_network_stays_as_it_was() -> None:
    network = random_network()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    result = fused(network)
    after = network.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert network.training and not result.training


def test_a_norm_that_follows_no_convolution_stays() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.BatchNorm2d(2))
    assert isinstance(fused(network)[2], nn.BatchNorm2d)
