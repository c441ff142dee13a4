"""Extends a sound from 16 kHz to 32 kHz with highs that its recording would most likely hold.

Spectral band replication (Dietz et al., "Spectral band replication, a novel approach in audio
coding", AES 112, 2002), without a record of the levels of the new bands. The band below is moved
up, so attacks stay sharp and hiss stays hiss, and a network trained on whole recordings predicts
the level of each band. Below the crossover nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.coders.vocos import ConvNeXtBlock, VocosConfig
from qvim_studio.networks.files.network_file import load_network, save_network
from qvim_studio.networks.mel import SAMPLE_RATE

BANDWIDTH_FOLDER = "bandwidth"
INPUT_RATE_HZ = SAMPLE_RATE
EXTENDED_RATE = 2 * SAMPLE_RATE  # Hz
N_FFT = 256  # samples at 16 kHz: 16 ms, short enough for an attack
HOP = 80
LOW_BINS = N_FFT // 2 + 1
CROSSOVER = 116  # bins, 7.25 kHz: filters of the conversion to 16 kHz leave too little above
MOVED = 64  # bins, the 4 kHz below the crossover, moved up twice; a whole turn of phase per hop
HIGH_BINS = 2 * MOVED
BORDER_HZ = CROSSOVER * SAMPLE_RATE / N_FFT  # where the added band begins
REACH_HZ = (CROSSOVER + HIGH_BINS) * SAMPLE_RATE / N_FFT
BANDS = 16  # of 500 Hz above the crossover
FLOOR_DB = -90.0  # by the loudest frame; also the network's value for silence
SCALE_DB = 40.0  # scale of the levels on both sides, so that they are about one


@dataclass(frozen=True)
class BandwidthConfig:
    """Sizes of the network; stored as ``bandwidth/config.json``."""

    channels: int = 160
    hidden_channels: int = 480
    blocks: int = 6
    kernel: int = 7
    model_type: str = "bandwidth"


class BandwidthExtender(nn.Module):
    """Levels of the low bins (batch, frames, 129) → levels of the high bands (batch, frames, 16).

    Levels are in dB below the loudest frame, divided by ``SCALE_DB``; 200 frames a second. As an
    upscaler see families.upscaling.
    """

    window: torch.Tensor
    high_window: torch.Tensor
    input_rate_hz, output_rate_hz, reach_hz = INPUT_RATE_HZ, EXTENDED_RATE, REACH_HZ

    def __init__(self, config: BandwidthConfig | None = None) -> None:
        super().__init__()
        self.config = config or BandwidthConfig()
        width = self.config.channels
        block = VocosConfig(
            channels=width,
            hidden_channels=self.config.hidden_channels,
            blocks=self.config.blocks,
            kernel=self.config.kernel,
        )
        self.embed = nn.Conv1d(LOW_BINS, width, self.config.kernel, padding="same")
        self.embed_whole = nn.Linear(2 * LOW_BINS, width)  # the sound as a whole
        self.blocks = nn.ModuleList(ConvNeXtBlock(block) for _ in range(self.config.blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, BANDS)
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)
        self.register_buffer("high_window", torch.hann_window(2 * N_FFT), persistent=False)

    def forward(self, levels: torch.Tensor) -> torch.Tensor:
        whole = self.embed_whole(torch.cat([levels.mean(dim=1), levels.amax(dim=1)], dim=-1))
        hidden = self.embed(levels.transpose(1, 2)).transpose(1, 2) + whole[:, None]
        for block in self.blocks:
            hidden = block(hidden)
        return self.head(self.norm(hidden))

    @torch.inference_mode()
    def extend(self, samples: np.ndarray) -> np.ndarray:
        """Mono at 16 kHz (samples,) → mono at 32 kHz (2 * samples,), float32."""
        padded = np.pad(samples.astype(np.float32), (0, max(N_FFT - len(samples), 0)))
        low = self.low_spectrum(torch.from_numpy(padded)[None])
        loudest = loudest_frame(low)
        levels = self(to_levels(low.abs().square(), loudest))
        below = low[:, CROSSOVER - MOVED : CROSSOVER]
        high = _at_levels(torch.cat([below, below], dim=1), levels, loudest)
        nothing = high.new_zeros(1, N_FFT + 1 - CROSSOVER - HIGH_BINS, high.shape[-1])
        spectrum = torch.cat([low[:, :CROSSOVER], high, nothing], dim=1)
        extended = torch.istft(
            spectrum, 2 * N_FFT, 2 * HOP, window=self.high_window, length=2 * len(padded)
        )
        return extended[0, : 2 * len(samples)].numpy()

    def low_spectrum(self, waveform: torch.Tensor) -> torch.Tensor:
        """(batch, samples) at 16 kHz → (batch, 129, frames), as large as at 32 kHz."""
        return 2.0 * torch.stft(waveform, N_FFT, HOP, window=self.window, return_complex=True)

    def high_spectrum(self, waveform: torch.Tensor) -> torch.Tensor:
        """(batch, samples) at 32 kHz → the bins above the crossover (batch, 128, frames)."""
        spectrum = torch.stft(
            waveform, 2 * N_FFT, 2 * HOP, window=self.high_window, return_complex=True
        )
        return spectrum[:, CROSSOVER : CROSSOVER + HIGH_BINS]

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors (in the weights' own dtype)."""
        save_network(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> BandwidthExtender:
        """Load strictly, as float32. Raises CheckpointError if files are absent or misfit."""
        return load_network(
            folder,
            lambda config: cls(BandwidthConfig(**config)),
            "bandwidth extension",
            "Copy the checkpoint again, or train it with: qvim-studio train bandwidth",
        ).requires_grad_(False)


def load_extender(checkpoint_folder: Path) -> BandwidthExtender:
    """The checkpoint's own extender, or the starter's, which fits sounds of any model.

    Raises CheckpointError if its files are damaged.
    """
    own = checkpoint_folder / BANDWIDTH_FOLDER
    folder = own if own.is_dir() else resource_path("starter", BANDWIDTH_FOLDER)
    return BandwidthExtender.from_pretrained(folder)


def loudest_frame(spectrum: torch.Tensor) -> torch.Tensor:
    """Power (batch, 1, 1) of the loudest frame of a spectrum (batch, bins, frames)."""
    return spectrum.abs().square().sum(dim=1).amax(dim=-1)[:, None, None]


def to_levels(power: torch.Tensor, loudest: torch.Tensor) -> torch.Tensor:
    """Power (batch, bins, frames) → levels (batch, frames, bins) in the network's scale."""
    share = power / loudest.clamp(min=1e-20) + 10 ** (FLOOR_DB / 10)
    return (10.0 * share.log10() - 0.5 * FLOOR_DB).transpose(1, 2) / SCALE_DB


def band_power(spectrum: torch.Tensor) -> torch.Tensor:
    """Mean power of the high bands (batch, 16, frames) of high bins (batch, 128, frames)."""
    return spectrum.abs().square().unflatten(1, (BANDS, -1)).mean(dim=2)


def _at_levels(spectrum: torch.Tensor, levels: torch.Tensor, loudest: torch.Tensor) -> torch.Tensor:
    """High bins (batch, 128, frames), with every band of every frame at the given level."""
    share = 10.0 ** ((levels * SCALE_DB + 0.5 * FLOOR_DB) / 10.0) - 10 ** (FLOOR_DB / 10)
    wanted = share.clamp(min=0.0).transpose(1, 2) * loudest
    present = torch.maximum(band_power(spectrum), 1e-12 * loudest).clamp(min=1e-20)
    gain = (wanted / present).sqrt()
    return spectrum * gain.repeat_interleave(HIGH_BINS // BANDS, dim=1)
