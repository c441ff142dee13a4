"""Ways of steering a frozen UNet by curves over time; untrained, each of them changes nothing.

FiLM (Perez et al. 2018), channel concatenation, cross-attention with a padding mask (Rombach et al.
2022, 3.3), and ControlNet (Zhang et al. 2023: a copy of the encoder behind zero convolutions). Only
the added layers have parameters here; hooks attach them, so the UNet itself does not change. The
layers that curves enter have no bias, so a curve of zeros means "no control". A ControlNet, whose
copy also sees the latents, learns this from curves that are left out in training.
"""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from qvim_studio.core.control_kind import ControlKind
from qvim_studio.diffusion.unet_sites import (
    all_resnets,
    decoder_resnets,
    encoder_sites,
    hidden_of,
    level_ends,
    width_of,
    with_hidden,
)

HIDDEN = 64  # channels for the curves: four curves and their movement, not the timbre
HEADS = 4


class UnetControl(nn.Module, ABC):
    """The added layers of one UNet. Outside of ``given`` the UNet is unchanged."""

    kind: ControlKind

    def __init__(self) -> None:
        super().__init__()
        self._curves: torch.Tensor | None = None
        self._mask: torch.Tensor | None = None

    @abstractmethod
    def attach(self, unet: Any) -> None:
        """Hook the added layers into the UNet for which they were made."""

    @contextmanager
    def given(self, curves: torch.Tensor, mask: torch.Tensor | None = None) -> Iterator[None]:
        """Inside, the UNet is steered.

        curves: (batch, curves, frames, bins). mask: (batch, frames) bool, False for padding, which
        is ignored. The UNet's batch may be a multiple of the curves' batch, as under guidance.
        """
        self._curves, self._mask = curves, mask
        try:
            yield
        finally:
            self._curves = self._mask = None

    def hold(self, curves: torch.Tensor | None) -> None:
        """Steer all passes from now until the next call; None leaves the UNet unchanged."""
        self._curves = curves

    def _rows(self, value: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """The value repeated for the rows of the UNet's batch, in the UNet's precision."""
        repeated = value.repeat(len(hidden) // len(value), *[1] * (value.ndim - 1))
        return repeated if repeated.dtype == torch.bool else repeated.to(hidden)

    def _masked(self, hidden: torch.Tensor) -> torch.Tensor:
        """(batch, curves, frames, bins) with zeros in the padding."""
        if self._curves is None:
            raise RuntimeError("expected curves, got none: call the UNet inside of given()")
        curves = self._curves
        if self._mask is not None:
            curves = curves * self._mask[:, None, :, None].to(curves)
        return self._rows(curves, hidden)


class FilmControl(UnetControl):
    """Scales and shifts every residual block's channels, frame by frame."""

    kind = ControlKind.FILM

    def __init__(self, unet: Any, curves: int) -> None:
        super().__init__()
        self.enter = nn.Conv1d(curves, HIDDEN, 3, padding=1, bias=False)
        self.shifts = nn.ModuleList(
            _zeroed(nn.Conv1d(HIDDEN, 2 * width_of(resnet), 1, bias=False))
            for resnet in all_resnets(unet)
        )

    def attach(self, unet: Any) -> None:
        for resnet, shift in zip(all_resnets(unet), self.shifts, strict=True):

            def hook(_layer: Any, _args: Any, output: Any, shift: nn.Module = shift) -> Any:
                if self._curves is None:
                    return None
                hidden = hidden_of(output)
                condition = functional.silu(self.enter(self._masked(hidden).mean(dim=3)))
                condition = functional.adaptive_avg_pool1d(condition, hidden.shape[2])
                scale, move = shift(condition)[..., None].chunk(2, dim=1)
                return with_hidden(output, hidden * (1.0 + scale) + move)

            resnet.register_forward_hook(hook)


class ConcatControl(UnetControl):
    """Curves as additional channels of the first layer. Because the layer is linear, its result for
    the curves is added to its result for the latents."""

    kind = ControlKind.CONCAT

    def __init__(self, unet: Any, curves: int) -> None:
        super().__init__()
        self.branch = _entrance(curves, encoder_sites(unet)[0].width)

    def attach(self, unet: Any) -> None:
        def hook(_layer: Any, _args: Any, output: Any) -> Any:
            return None if self._curves is None else output + self.branch(self._masked(output))

        unet.conv_in.register_forward_hook(hook)


class CrossAttentionControl(UnetControl):
    """The end of every level attends to the frames of the curves, but not to padding."""

    kind = ControlKind.CROSS_ATTENTION

    def __init__(self, unet: Any, curves: int) -> None:
        super().__init__()
        widths = [width_of(resnet) for resnet in level_ends(unet)]
        self.enter = nn.Conv1d(curves, HIDDEN, 3, padding=1, bias=False)
        self.asks = nn.ModuleList(nn.Linear(width, HIDDEN) for width in widths)
        self.keys = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN) for _ in widths)
        self.values = nn.ModuleList(nn.Linear(HIDDEN, HIDDEN, bias=False) for _ in widths)
        self.exits = nn.ModuleList(
            _zeroed(nn.Linear(HIDDEN, width, bias=False)) for width in widths
        )

    def attach(self, unet: Any) -> None:
        for number, resnet in enumerate(level_ends(unet)):

            def hook(_layer: Any, _args: Any, output: Any, number: int = number) -> Any:
                if self._curves is None:
                    return None
                hidden = hidden_of(output)
                return with_hidden(output, hidden + self._control_residual(hidden, number))

            resnet.register_forward_hook(hook)

    def _control_residual(self, hidden: torch.Tensor, number: int) -> torch.Tensor:
        """The residual of a level, in its shape (batch, channels, frames, bins)."""
        batch, _, frames, bins = hidden.shape
        curves = self._masked(hidden).mean(dim=3)
        tokens = functional.silu(self.enter(curves)).transpose(1, 2)
        place = _sinusoids(tokens.shape[1]).to(tokens)
        # Positions are shares of the whole, because levels have fewer frames than curves.
        when = _sinusoids(frames, tokens.shape[1]).to(tokens)
        asked = self.asks[number](hidden.permute(0, 2, 3, 1)) + when[None, :, None]
        is_audible = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        if self._mask is not None:
            is_audible = self._rows(self._mask, hidden)
        is_any = is_audible.any(dim=1)
        looked_at = (is_audible | ~is_any[:, None])[:, None, None]
        heads = [
            _in_heads(asked.reshape(batch, frames * bins, HIDDEN)),
            _in_heads(self.keys[number](tokens) + place),
            _in_heads(self.values[number](tokens)),
        ]
        seen = functional.scaled_dot_product_attention(*heads, attn_mask=looked_at)
        condition = self.exits[number](seen.transpose(1, 2).reshape(batch, frames, bins, HIDDEN))
        return condition.permute(0, 3, 1, 2) * is_any[:, None, None, None].to(condition)


class ControlNetControl(UnetControl):
    """A copy of the encoder that also sees the curves. Convolutions that begin with zeros add its
    skip values to those of the UNet itself."""

    kind = ControlKind.CONTROLNET

    def __init__(self, unet: Any, curves: int) -> None:
        super().__init__()
        sites = encoder_sites(unet)
        self.hint = _entrance(curves, sites[0].width)
        self.copies = nn.ModuleList(copy.deepcopy(site.layer) for site in sites)
        self.copies.requires_grad_(True)
        self.exits = nn.ModuleList(
            _zeroed(nn.Conv2d(site.width, site.width, 1, bias=False))
            for site in sites
            if site.is_kept or site.is_last
        )
        self._hidden: torch.Tensor | None = None
        self._kept: list[torch.Tensor] = []

    def attach(self, unet: Any) -> None:
        sites, exits = encoder_sites(unet), iter(self.exits)
        for number, (site, layer) in enumerate(zip(sites, self.copies, strict=True)):
            leave = next(exits) if site.is_kept or site.is_last else None

            def hook(
                _layer: Any,
                args: tuple[Any, ...],
                options: dict[str, Any],
                output: Any,
                *,
                is_first: bool = number == 0,
                is_last: bool = site.is_last,
                layer: nn.Module = layer,
                leave: nn.Module | None = leave,
            ) -> Any:
                if self._curves is None:
                    return None
                if is_first:
                    self._kept = []
                    hidden = layer(*args, **options) + self.hint(self._masked(output))
                else:
                    hidden = hidden_of(layer(self._hidden, *args[1:], **options))
                self._hidden = hidden
                if leave is None:
                    return None
                if is_last:
                    self._hidden = None
                    return with_hidden(output, hidden_of(output) + leave(hidden))
                self._kept.append(leave(hidden))
                return None

            site.layer.register_forward_hook(hook, with_kwargs=True)
        for resnet in decoder_resnets(unet):
            resnet.register_forward_pre_hook(self._add_kept)

    def _add_kept(self, _layer: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Add to the last channels of an up block's input, which come from the way down."""
        if self._curves is None:
            return None
        kept = self._kept.pop()
        own, skipped = args[0].tensor_split([args[0].shape[1] - kept.shape[1]], dim=1)
        return (torch.cat([own, skipped + kept], dim=1), *args[1:])


KINDS: dict[
    ControlKind, type[FilmControl | ConcatControl | CrossAttentionControl | ControlNetControl]
] = {
    each.kind: each
    for each in (FilmControl, ConcatControl, CrossAttentionControl, ControlNetControl)
}


def attach_control(unet: Any, kind: ControlKind, curves: int) -> UnetControl:
    """Untrained layers for ``curves`` curves, attached to the UNet, whose output they do not
    change."""
    control = KINDS[kind](unet, curves)
    first = next(unet.parameters())
    control.to(first.device, first.dtype)
    control.attach(unet)
    return control


class SteeredInput(nn.Module):
    """A UNet's first layer, whose input ends with the curves (batch, latent channels + curves,
    frames, bins), so that callers of the UNet need not know its control. Latents without curves
    bypass the added layers."""

    def __init__(self, base: nn.Conv2d, control: UnetControl) -> None:
        super().__init__()
        self.base = base
        self.control = control
        self.latent_channels = base.in_channels

    def forward(self, channels: torch.Tensor) -> torch.Tensor:
        latents, curves = channels.tensor_split([self.latent_channels], dim=1)
        self.control.hold(curves if curves.shape[1] else None)
        return self.base(latents.contiguous())


def _zeroed(layer: Any) -> Any:
    nn.init.zeros_(layer.weight)
    return layer


def _entrance(curves: int, width: int) -> nn.Sequential:
    last = _zeroed(nn.Conv2d(HIDDEN, width, 3, padding=1, bias=False))
    return nn.Sequential(nn.Conv2d(curves, HIDDEN, 3, padding=1, bias=False), nn.SiLU(), last)


def _in_heads(tokens: torch.Tensor) -> torch.Tensor:
    """(batch, tokens, HIDDEN) → (batch, heads, tokens, HIDDEN / heads)."""
    return tokens.unflatten(2, (HEADS, -1)).transpose(1, 2)


def _sinusoids(frames: int, span: int | None = None) -> torch.Tensor:
    """(frames, HIDDEN): the position of each frame among ``span`` frames (Vaswani et al. 2017,
    3.5)."""
    span = span or frames
    at = (torch.arange(frames) + 0.5) * (span / frames)
    rates = torch.exp(torch.arange(0, HIDDEN, 2) * (-math.log(10_000.0) / HIDDEN))
    angles = at[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)
