"""A light vocoder: ConvNeXt blocks on the mel frames and an inverse STFT head.

Shape after Siuzdak, "Vocos: Closing the gap between time-domain and Fourier-based neural
vocoders" (2023): it has no upsampling layers, so it costs little compared with a HiFi-GAN. Noise as
a second input makes hiss and grit possible, of which a network without noise can only give the
average. The output is then brought to the given mel by the iteration of Griffin & Lim, "Signal
estimation from modified short-time Fourier transform" (1984), whose magnitudes are fitted to mel
bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.networks.files.network_file import load_network, save_network
from qvim_studio.networks.mel import HOP, N_FFT, N_MELS, MelSpectrogram

UPDATES = 4  # of the magnitudes in each correction
LEAST_MAGNITUDE = 1e-7  # added to denominators
LOG_MAGNITUDE_MAX = 6.0  # e^6 exceeds any bin of a full-scale 1024-sample Hann frame


@dataclass(frozen=True)
class VocosConfig:
    """Sizes of the network; stored as ``vocoder/config.json``.

    noise_channels: Gaussian values per frame beside the mel bands; 0 for none.
    corrections: how often the sound is brought to its mel, outside training.
    """

    channels: int = 256
    hidden_channels: int = 768
    blocks: int = 8
    kernel: int = 7
    n_mels: int = N_MELS
    n_fft: int = N_FFT
    hop: int = HOP
    noise_channels: int = 0
    corrections: int = 0
    model_type: str = "vocos"


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution over time, then a pointwise network, with a scaled residual."""

    def __init__(self, config: VocosConfig) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(
            config.channels,
            config.channels,
            config.kernel,
            padding=config.kernel // 2,
            groups=config.channels,
        )
        self.norm = nn.LayerNorm(config.channels)
        self.expand = nn.Linear(config.channels, config.hidden_channels)
        self.shrink = nn.Linear(config.hidden_channels, config.channels)
        self.scale = nn.Parameter(torch.full((config.channels,), 1.0 / config.blocks))

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        hidden = self.norm(self.depthwise(frames.transpose(1, 2)).transpose(1, 2))
        hidden = self.shrink(nn.functional.gelu(self.expand(hidden)))
        return frames + self.scale * hidden


class VocosVocoder(nn.Module):
    """Log-mel (batch, frames, 64) → waveform (batch, frames * 160) at 16 kHz."""

    window: torch.Tensor

    def __init__(self, config: VocosConfig | None = None) -> None:
        super().__init__()
        self.config = config or VocosConfig()
        width = self.config.channels
        self.embed = nn.Conv1d(self.config.n_mels, width, self.config.kernel, padding="same")
        self.embed_noise: nn.Conv1d | None = None
        if self.config.noise_channels:
            kernel = self.config.kernel
            self.embed_noise = nn.Conv1d(
                self.config.noise_channels, width, kernel, padding="same", bias=False
            )
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(self.config) for _ in range(self.config.blocks))
        self.norm_out = nn.LayerNorm(width)
        self.head = nn.Linear(width, self.config.n_fft + 2)
        self.register_buffer("window", torch.hann_window(self.config.n_fft), persistent=False)
        self.mel = MelSpectrogram()

    def forward(self, log_mel: torch.Tensor, noise: torch.Tensor | None = None) -> torch.Tensor:
        """noise: (batch, frames, noise_channels); None uses the same noise every time."""
        embedded = self.embed(log_mel.transpose(1, 2))
        if self.embed_noise is not None:
            if noise is None:
                noise = self.noise(log_mel.shape[1]).to(log_mel)
            embedded = embedded + self.embed_noise(noise.transpose(1, 2))
        hidden = self.norm(embedded.transpose(1, 2))
        for block in self.blocks:
            hidden = block(hidden)
        log_magnitude, phase = self.head(self.norm_out(hidden)).float().chunk(2, dim=-1)
        magnitude = log_magnitude.clamp(max=LOG_MAGNITUDE_MAX).exp()
        spectrum = torch.polar(magnitude, phase).transpose(1, 2)
        # Centered frames lie at multiples of the hop: the last one again closes the final hop.
        spectrum = torch.cat([spectrum, spectrum[..., -1:]], dim=-1)
        waveform = self._inverse(spectrum, log_mel.shape[1])
        if self.config.corrections and not self.training:
            wanted = log_mel.float().exp() @ self.mel.basis.T
            wanted = torch.cat([wanted, wanted[:, -1:]], dim=1)
            for _ in range(self.config.corrections):
                waveform = self._corrected(waveform, wanted)
        return waveform

    def _inverse(self, spectrum: torch.Tensor, frames: int) -> torch.Tensor:
        config = self.config
        return torch.istft(
            spectrum,
            config.n_fft,
            config.hop,
            window=self.window,
            center=True,
            length=frames * config.hop,
        )

    def _corrected(self, waveform: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """One projection: magnitudes are fitted to the mel, and phases stay.

        The fit uses the multiplicative updates of Lee & Seung, "Algorithms for non-negative matrix
        factorization" (2001), and begins with the network's output, so its fine structure stays.
        wanted (batch, frames + 1, bins): the numerator of an update, the mel times its basis.
        """
        config, basis = self.config, self.mel.basis
        # Half a window is padded at both ends: a very short sound needs something to reflect.
        padded = nn.functional.pad(waveform, (0, max(config.n_fft - waveform.shape[1], 0)))
        spectrum = torch.stft(
            padded, config.n_fft, config.hop, window=self.window, center=True, return_complex=True
        )[..., : wanted.shape[1]].transpose(1, 2)
        present = spectrum.abs().clamp(min=LEAST_MAGNITUDE)
        magnitude = present
        for _ in range(UPDATES):
            made = magnitude @ basis @ basis.T
            magnitude = magnitude * wanted / made.clamp(min=LEAST_MAGNITUDE**2)
        fitted = (spectrum * (magnitude / present)).transpose(1, 2)
        return self._inverse(fitted, wanted.shape[1] - 1)

    def noise(self, frames: int) -> torch.Tensor:
        """(1, frames, noise_channels), the same every time; a longer noise begins with the shorter
        one."""
        rng = np.random.default_rng(0)
        shape = (1, frames, self.config.noise_channels)
        return torch.from_numpy(rng.standard_normal(shape, np.float32))

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors (in the weights' own dtype)."""
        save_network(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> VocosVocoder:
        """Load strictly, as float32. Raises CheckpointError if files are absent or misfit."""
        return load_network(
            folder,
            lambda config: cls(VocosConfig(**config)),
            "vocoder of kind vocos",
            "Copy or train the checkpoint again.",
        )
