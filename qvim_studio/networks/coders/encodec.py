"""EnCodec: turns sound into a few discrete codes for each frame and back, also while codes arrive.

Défossez et al. 2022, "High Fidelity Neural Audio Compression", section 3: the SEANet encoder and
decoder around a residual vector quantizer, with the names of transformers' files. Weights are
loaded with their norms folded in (``folded_norms``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from qvim_studio.networks.coders.encodec_shape import DILATION_GROWTH, EncodecShape

# Frames on either side that the layers behind the LSTM see: the first upsampling one, all others
# together less than another.
CONTEXT_FRAMES = 2
_G_NAMES = ("weight_g", "parametrizations.weight.original0")
_V_NAMES = ("weight_v", "parametrizations.weight.original1")


def folded_norms(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights by name with every weight norm multiplied out (Salimans & Kingma 2016, eq. 2).

    Both names that torch has used for the two parts are read; tensors that only training needs are
    dropped."""
    found: dict[str, torch.Tensor] = {}
    for name, value in weights.items():
        stem, half = _norm_half(name)
        if half == "g":
            other = next(f"{stem}{v}" for v in _V_NAMES if f"{stem}{v}" in weights)
            direction = weights[other].float()
            length = torch.linalg.vector_norm(direction, dim=(1, 2), keepdim=True)
            found[f"{stem}weight"] = (value.float() * direction / length).to(value.dtype)
        elif half != "v" and not name.endswith((".inited", ".cluster_size", ".embed_avg")):
            found[name] = value
    return found


def _norm_half(name: str) -> tuple[str, str]:
    for half, names in (("g", _G_NAMES), ("v", _V_NAMES)):
        for each in names:
            if name.endswith(each):
                return name.removesuffix(each), half
    return name, ""


class _Conv(nn.Module):
    """A convolution whose output is as long as its input, divided by the stride (rounded up)."""

    def __init__(
        self,
        shape: EncodecShape,
        ins: int,
        outs: int,
        kernel: int,
        stride: int = 1,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv1d(ins, outs, kernel, stride, dilation=dilation)
        self._reach = (kernel - 1) * dilation + 1
        self._stride = stride
        self._is_causal = shape.is_causal
        self._pad_mode = shape.pad_mode

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        surplus = self._reach - self._stride
        extra = -given.shape[-1] % self._stride
        left = surplus if self._is_causal else surplus - surplus // 2
        return self.conv(self._padded(given, left, surplus - left + extra))

    def _padded(self, given: torch.Tensor, left: int, right: int) -> torch.Tensor:
        if self._pad_mode != "reflect":
            return functional.pad(given, (left, right), self._pad_mode)
        # Reflection needs enough samples: zeros follow a sound that is shorter than the padding.
        short = max(0, max(left, right) - given.shape[-1] + 1)
        padded = functional.pad(functional.pad(given, (0, short)), (left, right), "reflect")
        return padded[..., : padded.shape[-1] - short]


class _Widening(nn.Module):
    """A transposed convolution that turns one sample into exactly ``ratio`` samples."""

    def __init__(self, shape: EncodecShape, ins: int, outs: int, ratio: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose1d(ins, outs, 2 * ratio, ratio)
        self._right = ratio if shape.is_causal else ratio // 2
        self._left = ratio - self._right

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        made = self.conv(given)
        return made[..., self._left : made.shape[-1] - self._right]


class _Residual(nn.Module):
    def __init__(self, shape: EncodecShape, width: int, dilation: int) -> None:
        super().__init__()
        narrow = width // shape.compress
        self.block = nn.ModuleList(
            [
                nn.ELU(),
                _Conv(shape, width, narrow, shape.residual_kernel, dilation=dilation),
                nn.ELU(),
                _Conv(shape, narrow, width, 1),
            ]
        )
        own = _Conv(shape, width, width, 1) if shape.has_conv_shortcut else nn.Identity()
        self.shortcut = own

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        made = given
        for layer in self.block:
            made = layer(made)
        return self.shortcut(given) + made


class _Memory(nn.Module):
    """An LSTM over time with a residual connection, whose state can be passed on."""

    def __init__(self, shape: EncodecShape, width: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(width, width, shape.lstm_layers)

    def forward(self, given: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """given: (batch, width, frames). state: the state that an earlier call returned."""
        rows = given.permute(2, 0, 1)
        made, state = self.lstm(rows, state)
        return (made + rows).permute(1, 2, 0), state


class _Stack(nn.Module):
    """Layers under the numbers that the published files give them."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, given: torch.Tensor, begin: int = 0, end: int | None = None) -> torch.Tensor:
        for layer in self.layers[begin:end]:
            given = layer(given)[0] if isinstance(layer, _Memory) else layer(given)
        return given


def _encoder(shape: EncodecShape) -> _Stack:
    width = shape.filters
    layers: list[nn.Module] = [_Conv(shape, 1, width, shape.kernel)]
    for ratio in reversed(shape.ratios):
        for number in range(shape.residual_layers):
            layers.append(_Residual(shape, width, DILATION_GROWTH**number))
        layers += [nn.ELU(), _Conv(shape, width, 2 * width, 2 * ratio, stride=ratio)]
        width *= 2
    layers += [_Memory(shape, width), nn.ELU()]
    return _Stack([*layers, _Conv(shape, width, shape.width, shape.last_kernel)])


def _decoder(shape: EncodecShape) -> _Stack:
    width = shape.filters * 2 ** len(shape.ratios)
    layers = [_Conv(shape, shape.width, width, shape.kernel), _Memory(shape, width)]
    for ratio in shape.ratios:
        layers += [nn.ELU(), _Widening(shape, width, width // 2, ratio)]
        width //= 2
        for number in range(shape.residual_layers):
            layers.append(_Residual(shape, width, DILATION_GROWTH**number))
    return _Stack([*layers, nn.ELU(), _Conv(shape, width, 1, shape.last_kernel)])


class _Codebook(nn.Module):
    def __init__(self, shape: EncodecShape) -> None:
        super().__init__()
        self.codebook = nn.Module()
        self.codebook.register_buffer("embed", torch.zeros(shape.codebook_size, shape.width))

    @property
    def vectors(self) -> torch.Tensor:
        return self.codebook.get_buffer("embed")


class Encodec(nn.Module):
    """One channel of sound and its codes."""

    def __init__(self, shape: EncodecShape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = _encoder(shape)
        self.decoder = _decoder(shape)
        self.quantizer = _Stack([_Codebook(shape) for _ in range(shape.codebooks)])

    def encode(self, samples: torch.Tensor) -> torch.Tensor:
        """Float (batch, samples) → int64 (batch, codebooks, frames); the last frame may be
        incomplete.

        Each codebook takes the vector that is nearest to the remainder of the codebooks before it.
        """
        rest = self.encoder(samples[:, None]).transpose(1, 2)
        codes = []
        for vectors in self._tables():
            distances = vectors.square().sum(dim=1) - 2 * rest @ vectors.T
            codes.append(distances.argmin(dim=-1))
            rest = rest - vectors[codes[-1]]
        return torch.stack(codes, dim=1)

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """(batch, codebooks, frames) → (batch, frames * hop)."""
        return self.decoder(self.vectors_of(codes))[:, 0]

    def vectors_of(self, codes: torch.Tensor) -> torch.Tensor:
        """(batch, codebooks, frames) → (batch, width, frames)."""
        vectors = [table[codes[:, number]] for number, table in enumerate(self._tables())]
        return torch.stack(vectors).sum(dim=0).transpose(1, 2)

    def _tables(self) -> list[torch.Tensor]:
        """Vectors (codes, width) of each codebook."""
        books = [layer for layer in self.quantizer.layers if isinstance(layer, _Codebook)]
        return [book.vectors for book in books]


class Decoding:
    """Decodes codes as they arrive; the pieces together equal the result of ``Encodec.decode``.

    The LSTM's state is passed on. Every other layer sees only a few frames on either side, so
    frames wait for those that follow.
    """

    def __init__(self, coder: Encodec) -> None:
        self._coder = coder
        self._state: Any = None
        self._codes: torch.Tensor | None = None  # those that the first layer still sees
        self._first = 0  # frames of them that the LSTM has read
        self._hidden: torch.Tensor | None = None  # behind the LSTM
        self._rows = 0
        self._given = 0  # frames whose sound was returned

    def push(self, codes: torch.Tensor, *, is_last: bool = False) -> torch.Tensor:
        """Take more codes (batch, codebooks, frames), possibly none, and return the samples that
        are ready, (batch, samples)."""
        coder = self._coder
        self._rows = len(codes)
        known = codes if self._codes is None else torch.cat([self._codes, codes], dim=2)
        reach = coder.shape.kernel - 1
        ready = known.shape[2] if is_last else max(self._first, known.shape[2] - reach)
        if ready > self._first:
            hidden = coder.decoder(coder.vectors_of(known), 0, 1)[..., self._first : ready]
            hidden, self._state = coder.decoder.layers[1](hidden, self._state)
            before = self._hidden
            self._hidden = hidden if before is None else torch.cat([before, hidden], dim=2)
        drop = max(0, ready - reach)
        self._codes, self._first = known[..., drop:], ready - drop
        return self._widened(is_last=is_last)

    def _widened(self, *, is_last: bool) -> torch.Tensor:
        hidden, hop = self._hidden, self._coder.shape.hop
        if hidden is None:  # too few codes for the first frame
            return next(self._coder.parameters()).new_zeros(self._rows, 0)
        end = hidden.shape[2] if is_last else max(self._given, hidden.shape[2] - CONTEXT_FRAMES)
        if end == self._given:
            return hidden.new_zeros(len(hidden), 0)
        samples = self._coder.decoder(hidden, 2)[:, 0, self._given * hop : end * hop]
        drop = max(0, end - CONTEXT_FRAMES)
        self._hidden, self._given = hidden[..., drop:], end - drop
        return samples
