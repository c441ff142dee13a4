"""Keeps the weights of convolutions and linear layers in 8 or 4 bits and widens them at each use.

The usual libraries store linear layers alone; of AudioLDM's UNet 57 % are convolutions. Symmetric
integers with one scale for each group of neighboring weights (absmax, Dettmers et al. 2022). A
layer whose weights would change too much stays as it is.
"""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.networks.files.weight_names import is_storable

GROUP = 64  # weights that share a scale
LARGEST = {8: 127, 4: 7}
# The most that a layer's weights may change, relative RMS. Normal weights change by 0.6 % in
# 8 bits and by 10 % in 4.
WEIGHT_ERROR_MAX = {8: 0.015, 4: 0.15}


Storable = nn.Conv1d | nn.Conv2d | nn.Linear
STORABLE = (nn.Conv1d, nn.Conv2d, nn.Linear)  # and none of their subclasses


class StoredWeight(nn.Module):
    """One weight tensor in few bits.

    codes: int8 (groups, GROUP), or uint8 (groups, GROUP / 2) with two 4-bit codes in a byte.
    """

    codes: torch.Tensor
    scale: torch.Tensor

    def __init__(self, weight: torch.Tensor, bits: int) -> None:
        super().__init__()
        self.shape = tuple(weight.shape)
        self.bits = bits
        flat = nn.functional.pad(weight.detach().float().flatten(), (0, -weight.numel() % GROUP))
        groups = flat.view(-1, GROUP)
        scale = groups.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / LARGEST[bits]
        codes = (groups / scale).round().to(torch.int8)
        if bits == 4:
            shifted = (codes + 8).to(torch.uint8)
            codes = shifted[:, ::2] | (shifted[:, 1::2] << 4)
        self.register_buffer("codes", codes)
        self.register_buffer("scale", scale.to(weight.dtype))

    def forward(self) -> torch.Tensor:
        """The weight in the precision of its scales, which is the layer's own."""
        codes = self.codes
        if self.bits == 4:
            pairs = torch.stack([codes & 15, codes >> 4], dim=-1)
            codes = pairs.flatten(1).to(torch.int8) - 8
        wide = (codes.to(self.scale.dtype) * self.scale).flatten()
        count = torch.Size(self.shape).numel()
        return wide[:count].view(self.shape)


class StoredLayer(nn.Module):
    """A Conv2d, Conv1d or Linear that widens its weight when it is called."""

    def __init__(self, layer: Storable, stored: StoredWeight) -> None:
        super().__init__()
        self.stored = stored
        self.bias = layer.bias
        # Strides, padding and the like; hidden in a tuple so that its weight is no part of us.
        self._layer = (layer,)
        layer.register_parameter("weight", None)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        layer = self._layer[0]
        weight = self.stored()
        if isinstance(layer, nn.Linear):
            return nn.functional.linear(given, weight, self.bias)
        return layer._conv_forward(given, weight, self.bias)  # noqa: SLF001 - with its padding


def store_weights(network: nn.Module, bits: int) -> float:
    """Replace layers of a UNet in place; returns the share of its weights that is stored.

    Layers that change by more than WEIGHT_ERROR_MAX are left alone.
    """
    total = sum(parameter.numel() for parameter in network.parameters())
    stored = 0
    for name, layer in list(network.named_modules()):
        if not isinstance(layer, STORABLE) or type(layer) not in STORABLE:
            continue
        if not is_storable(f"{name}.weight", tuple(layer.weight.shape)):
            continue
        kept = StoredWeight(layer.weight, bits)
        if _change(layer.weight, kept()) <= WEIGHT_ERROR_MAX[bits]:
            stored += layer.weight.numel()
            parent, _, own = name.rpartition(".")
            setattr(network.get_submodule(parent), own, StoredLayer(layer, kept))
    return stored / total


def _change(weight: torch.Tensor, stored: torch.Tensor) -> float:
    exact = weight.detach().float()
    return float((stored.float() - exact).norm() / exact.norm().clamp_min(1e-12))
