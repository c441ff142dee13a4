"""The layout of weights in which processors convolve fastest."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def channels_last(network: Network) -> Network:
    """Changed in place. PyTorch takes this layout for ``to`` by name alone, as its types do not
    say."""
    move: Any = network.to
    return move(memory_format=torch.channels_last)
