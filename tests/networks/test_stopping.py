from __future__ import annotations

import threading

import pytest
import torch

from qvim_studio.core.errors import CancelledError
from qvim_studio.networks.stopping import stops_between_layers


class Counting(torch.nn.Module):
    def __init__(self, runs: list[int]) -> None:
        super().__init__()
        self._runs = runs

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        self._runs.append(1)
        return given


def test_a_network_ends_before_the_next_layer_once_the_flag_is_set() -> None:
    runs: list[int] = []
    network = torch.nn.Sequential(*(Counting(runs) for _ in range(5)))
    with pytest.raises(CancelledError), stops_between_layers(lambda: len(runs) >= 2):
        network(torch.zeros(1))
    assert len(runs) == 2
    network(torch.zeros(1))
    assert len(runs) == 7


def test_networks_of_other_threads_are_left_alone() -> None:
    runs: list[int] = []
    with stops_between_layers(lambda: True):
        other = threading.Thread(target=Counting(runs), args=(torch.zeros(1),))
        other.start()
        other.join()
    assert runs == [1]
