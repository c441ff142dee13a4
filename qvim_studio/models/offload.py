"""Lets networks visit the GPU only while they compute; their weights stay at home meanwhile.

Nothing is copied back: inference changes no weight, so leaving drops the visitor's copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

# Types of modules that visit as a whole; anything else visits layer by layer.
UNITS = ("ResnetBlock2D", "Transformer2DModel", "TimestepEmbedding")
Weights = list[tuple[dict[str, Any], str, torch.Tensor]]


@contextmanager
def visiting(network: nn.Module, device: str) -> Iterator[None]:
    """The network is on ``device`` inside, and back at home after it, also after an error."""
    home = _enter(network, device)
    try:
        yield
    finally:
        _leave(home)


def stream(network: nn.Module, device: str) -> None:
    """From now on every block of the network visits ``device`` for each of its calls alone."""
    for unit in _units(network):
        unit.register_forward_pre_hook(_Arrival(device), with_kwargs=True)
        unit.register_forward_hook(_depart, always_call=True)


class _Arrival:
    """Brings a block to the device before its call."""

    def __init__(self, device: str) -> None:
        self._device = device

    def __call__(self, unit: nn.Module, arguments: Any, options: Any) -> None:
        unit.weights_at_home = _enter(unit, self._device)


def _depart(unit: nn.Module, arguments: Any, output: Any) -> None:
    _leave(unit.weights_at_home)
    del unit.weights_at_home


def _units(network: nn.Module) -> Iterator[nn.Module]:
    for child in network.children():
        is_leaf = any(True for _ in child.parameters(recurse=False)) or not any(child.children())
        if type(child).__name__ in UNITS or is_leaf:
            if any(True for _ in (*child.parameters(), *child.buffers())):
                yield child
        else:
            yield from _units(child)


def _enter(network: nn.Module, device: str) -> Weights:
    home: Weights = []
    for module in network.modules():
        for kept in (module._parameters, module._buffers):
            for name, value in kept.items():
                if value is None:
                    continue
                home.append((kept, name, value))
                there = value.detach().to(device, non_blocking=True)
                is_parameter = isinstance(value, nn.Parameter)
                kept[name] = nn.Parameter(there, requires_grad=False) if is_parameter else there
    return home


def _leave(home: Weights) -> None:
    for kept, name, value in home:
        kept[name] = value
