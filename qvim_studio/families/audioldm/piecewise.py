"""Decodes long latents piece by piece, with the result of decoding them whole.

The vocoder sees a limited number of frames around each frame, so each piece is extended by these
and cut afterwards. The VAE's group norms and attention see the whole sound, so separate tiles would
differ. Here every layer runs over all pieces before the next layer begins, with the norms'
statistics gathered over all of them; the full tensors lie in main memory meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from qvim_studio.core.errors import EngineError
from qvim_studio.networks.coders.vocos import VocosVocoder

_DECODER_LAYERS = {"conv_in", "mid_block", "up_blocks", "conv_norm_out", "conv_act", "conv_out"}
_BLOCK_LAYERS = {"resnets", "attentions", "upsamplers"}


def decode_in_pieces(
    vae: Any, latents: torch.Tensor, piece_frames: int, home: str = "cpu"
) -> torch.Tensor:
    """Latents (1, channels, frames, bins) → log-mel (1, 1, 4 * frames, 4 * bins), as vae.decode.

    piece_frames: latent frames that are on the VAE's device at once. home: the device of the
    others.
    """
    check_decoder(vae.decoder)
    walk = _Walk(piece_frames, next(vae.parameters()).device, home)
    hidden = latents
    if vae.post_quant_conv is not None:
        hidden = vae.post_quant_conv(hidden)
    decoder = vae.decoder
    hidden = walk.convolve(decoder.conv_in, hidden.to(home))
    for number, block in enumerate(decoder.mid_block.resnets):
        if number > 0 and decoder.mid_block.attentions[number - 1] is not None:
            attention = decoder.mid_block.attentions[number - 1]
            hidden = attention(hidden.to(walk.device)).to(home)
        hidden = walk.residual(block, hidden)
    for block in decoder.up_blocks:
        for resnet in block.resnets:
            hidden = walk.residual(resnet, hidden)
        for upsampler in block.upsamplers or ():
            hidden = walk.convolve(upsampler.conv, hidden, scale=2)
            walk.piece *= 2
    return walk.convolve(decoder.conv_out, hidden, norm=decoder.conv_norm_out)


def check_decoder(decoder: Any) -> None:
    """Raise EngineError if a decoder has other layers than those that this module runs. They are
    not part of diffusers' public interface (as of 0.42); our own VAE has the same."""
    layers = {name for name, _ in decoder.named_children()}
    blocks = [decoder.mid_block, *decoder.up_blocks] if layers >= _DECODER_LAYERS else []
    inside = {name for block in blocks for name, _ in block.named_children()}
    if layers != _DECODER_LAYERS or not inside <= _BLOCK_LAYERS:
        unknown = ", ".join(sorted((layers ^ _DECODER_LAYERS) | (inside - _BLOCK_LAYERS)))
        raise EngineError(
            f"The decoder of this checkpoint is built in an unknown way ({unknown}), so it cannot "
            "make long sounds. Make a shorter one, or update QVIM Studio."
        )


class _Walk:
    """Runs single layers over the pieces of a tensor (1, channels, frames, bins)."""

    def __init__(self, piece: int, device: torch.device, home: str) -> None:
        self.piece = piece
        self.device = device
        self._home = home

    def residual(self, block: Any, given: torch.Tensor) -> torch.Tensor:
        hidden = self.convolve(block.conv1, given, norm=block.norm1)
        hidden = self.convolve(block.conv2, hidden, norm=block.norm2)
        if block.conv_shortcut is not None:
            given = self.convolve(block.conv_shortcut, given)
        return hidden.add_(given).div_(block.output_scale_factor)

    def convolve(
        self,
        convolution: nn.Conv2d,
        given: torch.Tensor,
        norm: nn.GroupNorm | None = None,
        scale: int = 1,
    ) -> torch.Tensor:
        """Run a convolution over all pieces. norm: group norm, followed by SiLU, before it. scale:
        factor of a nearest-neighbor upsampling before it."""
        statistics = None if norm is None else self._statistics(norm, given)
        halo = convolution.kernel_size[0] // 2
        frames = given.shape[2]
        made = given.new_empty((0,))
        for begin, end in _pieces(frames, self.piece):
            first, last = max(0, begin - halo), min(frames, end + halo)
            piece = given[:, :, first:last].to(self.device)
            if norm is not None and statistics is not None:
                piece = nn.functional.silu(_normalized(norm, piece, *statistics))
            if scale > 1:
                piece = nn.functional.interpolate(piece, scale_factor=float(scale), mode="nearest")
            # Zeros are padded only at the true ends; elsewhere the neighbors are used.
            out = convolution(piece)[:, :, (begin - first) * scale :][:, :, : (end - begin) * scale]
            if begin == 0:
                made = out.new_empty(
                    (1, out.shape[1], frames * scale, out.shape[3]), device=self._home
                )
            made[:, :, begin * scale : end * scale] = out
        return made

    def _statistics(
        self, norm: nn.GroupNorm, given: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and 1 / standard deviation of every group over the whole sound, float32."""
        wide = torch.float32 if self.device.type == "mps" else torch.float64  # MPS has no float64
        sums = torch.zeros(norm.num_groups, dtype=wide, device=self.device)
        squares = torch.zeros_like(sums)
        for begin, end in _pieces(given.shape[2], self.piece):
            groups = given[:, :, begin:end].to(self.device).float().reshape(norm.num_groups, -1)
            sums = sums + groups.to(wide).sum(dim=1)
            squares = squares + groups.to(wide).square().sum(dim=1)
        count = given.numel() / norm.num_groups
        mean = sums / count
        variance = (squares / count - mean.square()).clamp_min(0.0)
        return mean.float(), (variance + norm.eps).rsqrt().float()


def _normalized(
    norm: nn.GroupNorm, given: torch.Tensor, mean: torch.Tensor, inverse: torch.Tensor
) -> torch.Tensor:
    each = given.shape[1] // norm.num_groups
    weight = norm.weight.float() * inverse.repeat_interleave(each)
    bias = norm.bias.float() - mean.repeat_interleave(each) * weight
    return (given.float() * weight[:, None, None] + bias[:, None, None]).to(given.dtype)


def vocode_in_pieces(vocoder: Any, log_mel: torch.Tensor, piece_frames: int) -> torch.Tensor:
    """Log-mel (1, frames, 64) → waveform (samples,), equal to the vocoder's result for the
    whole."""
    halo, hop = vocoder_halo(vocoder), _hop(vocoder)
    made = []
    frames = log_mel.shape[1]
    noise = vocoder.noise(frames).to(log_mel) if isinstance(vocoder, VocosVocoder) else None
    for begin, end in _pieces(frames, piece_frames):
        first, last = max(0, begin - halo), min(frames, end + halo)
        given = [log_mel[:, first:last]] + ([] if noise is None else [noise[:, first:last]])
        waveform = vocoder(*given).reshape(-1)
        # Odd kernels leave a few samples more at the very end.
        until = None if end == frames else (end - first) * hop
        made.append(waveform[(begin - first) * hop : until].cpu())
    return torch.cat(made)


def vocoder_halo(vocoder: Any) -> int:
    """The number of mel frames around a piece on which its samples depend."""
    config = vocoder.config
    if isinstance(vocoder, VocosVocoder):
        window = config.n_fft // config.hop + 1
        reach = (config.blocks + 1) * (config.kernel // 2) + window // 2 + 2
        return reach + 2 * window * config.corrections
    reach = 3.0 + 1.0  # the first convolution, and the last one at the full rate
    rate = 1
    for kernel, step in zip(config.upsample_kernel_sizes, config.upsample_rates, strict=True):
        reach += kernel / 2 / step / rate
        rate *= step
        # Residual blocks run side by side: the widest counts. Each dilated one is followed by one
        # without dilation.
        reach += max(
            (size // 2) * (sum(dilations) + len(dilations)) / rate
            for size, dilations in zip(
                config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True
            )
        )
    return int(reach) + 2


def _hop(vocoder: Any) -> int:
    config = vocoder.config
    return config.hop if isinstance(vocoder, VocosVocoder) else math.prod(config.upsample_rates)


def _pieces(frames: int, size: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, frames, size):
        yield begin, min(frames, begin + size)
