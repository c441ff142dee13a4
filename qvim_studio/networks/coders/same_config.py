"""The configuration of a SAME coder, without torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SameConfig:
    """One coder.

    audio_channels, patch: a patch is that many samples of each channel. stride: patches of a
    latent. width: of the transformer. layers: of each direction. chunk: latents that attend to each
    other; None where everything attends ``stride + 1`` tokens to either side.
    sine_layers: of the decoder's last layers, one less is gated by a sine, as published.
    decoder_kernel: patches that the decoder's last convolution sees.
    """

    audio_channels: int = 2
    patch: int = 256
    stride: int = 16
    latent_channels: int = 256
    width: int = 768
    layers: int = 6
    head_channels: int = 64
    feed_forward: int = 3
    chunk: int | None = 2
    sine_layers: int = 0
    decoder_kernel: int = 3

    @property
    def samples_per_latent(self) -> int:
        return self.patch * self.stride

    @property
    def patch_channels(self) -> int:
        return self.patch * self.audio_channels

    @property
    def segment(self) -> int:
        """Tokens of a latent."""
        return self.stride + 1
