"""Finds the layers of a UNet of any family to which others can be added, in the order of their
calls.

They have the names that diffusers' UNets and our own share: ``conv_in``, ``down_blocks``,
``mid_block`` and ``up_blocks`` with ``resnets``, ``attentions`` and ``downsamplers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, eq=False)
class EncoderSite:
    """A layer of the way down or of the middle. width: channels of its output. is_kept: whether the
    way up takes the output as well. is_last: whether it is the output of the middle."""

    layer: nn.Module
    width: int
    is_kept: bool
    is_last: bool = False


def width_of(resnet: Any) -> int:
    """Channels of a residual block's output."""
    return int(resnet.conv2.out_channels)


def encoder_sites(unet: Any) -> list[EncoderSite]:
    """The layers from the first to the end of the middle. Raises ValueError for another kind of
    network."""
    if not all(hasattr(unet, name) for name in ("conv_in", "down_blocks", "mid_block")):
        raise ValueError(f"expected a UNet with conv_in and blocks, got {type(unet).__name__}")
    width = width_of(unet.down_blocks[0].resnets[0])
    first = getattr(unet.conv_in, "out_channels", width)
    sites = [EncoderSite(unet.conv_in, first, is_kept=True)]
    for block in unet.down_blocks:
        attentions = attentions_of(block)
        each = len(attentions) // len(block.resnets)
        for number, resnet in enumerate(block.resnets):
            width = width_of(resnet)
            own = attentions[number * each : (number + 1) * each]
            layers = [resnet, *own]
            sites += [EncoderSite(one, width, one is layers[-1]) for one in layers]
        for halving in getattr(block, "downsamplers", None) or ():
            sites.append(EncoderSite(halving, width, is_kept=True))
    middle = unet.mid_block
    attentions = attentions_of(middle)
    each = len(attentions) // max(len(middle.resnets) - 1, 1)
    layers = [middle.resnets[0]]
    for number, resnet in enumerate(list(middle.resnets)[1:]):
        layers += [*attentions[number * each : (number + 1) * each], resnet]
    width = width_of(middle.resnets[-1])
    sites += [EncoderSite(one, width, False, is_last=one is layers[-1]) for one in layers]
    return sites


def decoder_resnets(unet: Any) -> list[nn.Module]:
    """Residual blocks of the way up, each of which takes a kept output of the way down."""
    return [resnet for block in unet.up_blocks for resnet in block.resnets]


def all_resnets(unet: Any) -> Iterator[nn.Module]:
    """Every residual block in the order of the calls."""
    for block in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
        yield from block.resnets


def level_ends(unet: Any) -> Iterator[nn.Module]:
    """The last residual block of each level."""
    for block in (*unet.down_blocks, unet.mid_block, *unet.up_blocks):
        yield block.resnets[-1]


def attentions_of(block: Any) -> list[nn.Module]:
    return [one for one in getattr(block, "attentions", None) or () if one is not None]


def hidden_of(output: Any) -> torch.Tensor:
    """The tensor of a layer's output, which is alone or the first of a tuple."""
    return output[0] if isinstance(output, tuple) else output


def with_hidden(output: Any, hidden: torch.Tensor) -> Any:
    """The same output with another first tensor."""
    return (hidden, *output[1:]) if isinstance(output, tuple) else hidden
