"""MobileNetV3-Large on spectrograms, in the shape and key names of EfficientAT's ``mn10``.

Sources: Howard et al., "Searching for MobileNetV3" (2019), table 1; Schmid et al., "Efficient
large-scale audio tagging via transformer-to-CNN knowledge distillation" (2023).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import nn

from qvim_studio.networks.files.meta_device import without_values

EMBEDDING_DIM = 960


@dataclass(frozen=True)
class BlockShape:
    """One row of the paper's table: hard says hard-swish instead of ReLU."""

    kernel: int
    expanded: int
    out: int
    squeezes: bool
    hard: bool
    stride: int


STEM_CHANNELS = 16
BLOCKS = (
    BlockShape(3, 16, 16, False, False, 1),
    BlockShape(3, 64, 24, False, False, 2),
    BlockShape(3, 72, 24, False, False, 1),
    BlockShape(5, 72, 40, True, False, 2),
    BlockShape(5, 120, 40, True, False, 1),
    BlockShape(5, 120, 40, True, False, 1),
    BlockShape(3, 240, 80, False, True, 2),
    BlockShape(3, 200, 80, False, True, 1),
    BlockShape(3, 184, 80, False, True, 1),
    BlockShape(3, 184, 80, False, True, 1),
    BlockShape(3, 480, 112, True, True, 1),
    BlockShape(3, 672, 112, True, True, 1),
    BlockShape(5, 672, 160, True, True, 2),
    BlockShape(5, 960, 160, True, True, 1),
    BlockShape(5, 960, 160, True, True, 1),
)


SILENT_SHARE = 0.75  # position in a stretched window: its frame sees neither the sound nor the edge


def padded_mean(x: torch.Tensor, stretch: float) -> torch.Tensor:
    """Mean of (batch, channels, bands, frames) over bands and frames → (batch, channels).

    stretch: how many times longer the full window is. One silent frame well inside stands for the
    silent rest, so training on short windows pools like inference on 10 s.
    """
    frames = x.shape[3]
    total = x.sum(dim=(2, 3))
    if stretch > 1.0:
        silent = x[..., int(SILENT_SHARE * frames)].sum(dim=2)
        total = total + silent * (frames * (stretch - 1.0))
    return total / (x.shape[2] * frames * stretch)


class MobileNetV3(nn.Module):
    """Spectrogram (batch, 1, 128, frames) → embedding (batch, 960), not normalized.

    width: of all channels; the embedding of a network of 0.4 has 384 values.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        channels = _divisible_by_8(STEM_CHANNELS * width)
        layers: list[nn.Module] = [_conv_norm(1, channels, 3, stride=2, act=nn.Hardswish)]
        for shape in BLOCKS:
            scaled = replace(
                shape,
                expanded=_divisible_by_8(shape.expanded * width),
                out=_divisible_by_8(shape.out * width),
            )
            layers.append(InvertedResidual(channels, scaled))
            channels = scaled.out
        widened = channels * EMBEDDING_DIM // BLOCKS[-1].out
        layers.append(_conv_norm(channels, widened, 1, act=nn.Hardswish))
        self.features = nn.Sequential(*layers)
        if not next(self.parameters()).is_meta:  # there, drawing numbers imports torch's compiler
            self.apply(_initialize)

    @classmethod
    def without_weights(cls, width: float = 1.0) -> MobileNetV3:
        """A network on the meta device, without initialization, for weights that are assigned."""
        with without_values():
            return cls(width)

    def forward(self, spectrogram: torch.Tensor, stretch: float = 1.0) -> torch.Tensor:
        """stretch: as in ``padded_mean``."""
        return padded_mean(self.feature_maps(spectrogram, stretch), stretch)

    def feature_maps(self, spectrogram: torch.Tensor, stretch: float = 1.0) -> torch.Tensor:
        """(batch, 960, 4, frames / 32) before pooling; stretch as in ``padded_mean``."""
        set_stretch(self, stretch)
        return self.features(spectrogram)


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, squeeze-and-excitation and projection; with a residual if
    the shapes match."""

    def __init__(self, channels: int, shape: BlockShape) -> None:
        super().__init__()
        act = nn.Hardswish if shape.hard else nn.ReLU
        layers: list[nn.Module] = []
        if shape.expanded != channels:
            layers.append(_conv_norm(channels, shape.expanded, 1, act=act))
        layers.append(
            _conv_norm(
                shape.expanded,
                shape.expanded,
                shape.kernel,
                stride=shape.stride,
                groups=shape.expanded,
                act=act,
            )
        )
        if shape.squeezes:
            layers.append(ChannelExcitation(shape.expanded))
        layers.append(_conv_norm(shape.expanded, shape.out, 1, act=None))
        self.block = nn.Sequential(*layers)
        self.is_residual = shape.stride == 1 and channels == shape.out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.block(x) if self.is_residual else self.block(x)


class _Depthwise(nn.Conv2d):
    """Stays in float32 on processors, where its gradients take longer in bfloat16."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        if input.device.type != "cpu" or not torch.is_autocast_enabled("cpu"):
            return super().forward(input)
        with torch.autocast("cpu", enabled=False):
            return super().forward(input.float())


class ChannelExcitation(nn.Module):
    """Squeeze-and-excitation over channels, kept in a list of one as EfficientAT stores it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conc_se_layers = nn.ModuleList([_Squeeze(channels)])
        self.stretch = 1.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (layer,) = self.conc_se_layers
        scale = layer(padded_mean(x, self.stretch))
        return x * torch.sigmoid(scale)[:, :, None, None]


class _Squeeze(nn.Module):
    """Means of channels (batch, channels) → logits of how much of each is kept."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _divisible_by_8(channels // 4)
        self.fc1 = nn.Linear(channels, squeezed)
        self.fc2 = nn.Linear(squeezed, channels)

    def forward(self, means: torch.Tensor) -> torch.Tensor:
        return self.fc2(torch.relu(self.fc1(means)))


def set_stretch(network: nn.Module, stretch: float) -> None:
    """Set the stretch of every layer that pools (see ``padded_mean``)."""
    for module in network.modules():
        if isinstance(module, ChannelExcitation):
            module.stretch = stretch


def _conv_norm(
    channels: int,
    out: int,
    kernel: int,
    act: type[nn.Module] | None,
    stride: int = 1,
    groups: int = 1,
) -> nn.Sequential:
    kind = nn.Conv2d if groups == 1 else _Depthwise
    layers: list[nn.Module] = [
        kind(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=0.001, momentum=0.01),
    ]
    if act is not None:
        layers.append(act())
    return nn.Sequential(*layers)


def _divisible_by_8(value: float) -> int:
    """Nearest multiple of 8 that is not more than a tenth below ``value`` (MobileNet's rule)."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def _initialize(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out")
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.01)
        nn.init.zeros_(module.bias)
