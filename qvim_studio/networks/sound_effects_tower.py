"""The starter's audio tower, which embeds any sound in the space of the starter's conditions.

The network is aiSFX (Ma et al., "Representation Learning for the Automatic Indexing of Sound
Effects Libraries", ISMIR 2022; weights CC BY 4.0), its embeddings whitened over the recordings that
the starter learned from. It has the role that the audio tower of CLAP has for AudioLDM."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soxr
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.networks.torch_audio import torchaudio

SAMPLE_RATE = 44_100  # Hz, as the network was trained
N_FFT, HOP, N_MELS = 2048, 1024, 96
BLOCK_FRAMES, BLOCK_HOP = 100, 50  # 2.3 s blocks, half overlapping
SPECTROGRAM_MAX = 9.457798957824707  # range of its training data, which brings the input to 0..1
DIMENSIONS = 512
CONVOLUTION_DIMS = 4  # (out, in, 3, 3)
INT8_MAX = 127
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
CONFIG = {
    "model_type": "aisfx",
    "source": "Ma, Lerch: Representation Learning for the Automatic Indexing of Sound Effects "
    "Libraries (ISMIR 2022), PyPI package aisfx",
    "licence": "CC-BY-4.0",
    "changes": "convolutions stored in 8 bits; embeddings whitened",
}


class SoundEffectsNetwork(nn.Module):
    """Four blocks of two 3x3 convolutions, mean over bands, maximum over time.

    Input (batch, frames, 96) in 0..1, output (batch, DIMENSIONS). Key names follow the weights.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 64, 128, 256, DIMENSIONS)
        for number in range(1, 5):
            self.add_module(f"conv_block{number}", _Block(widths[number - 1], widths[number]))

    def forward(self, spectrogram: torch.Tensor) -> torch.Tensor:
        hidden = spectrogram[:, None]
        for name, block in self.named_children():
            hidden = block(hidden)
            if name != "conv_block4":
                hidden = nn.functional.max_pool2d(hidden, 2)
        return hidden.mean(dim=3).amax(dim=2)


class _Block(nn.Module):
    """Two convolutions, each with its norm and ReLU."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.bn2 = nn.BatchNorm2d(out)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.bn1(self.conv1(hidden)))
        return torch.relu(self.bn2(self.conv2(hidden)))


class SoundEffectsEar:
    """The published network with its spectrograms."""

    def __init__(self, network: SoundEffectsNetwork) -> None:
        self.network = network.eval()
        basis = torchaudio.functional.melscale_fbanks(
            N_FFT // 2 + 1, 0.0, SAMPLE_RATE / 2, N_MELS, SAMPLE_RATE, mel_scale="htk"
        )
        self._basis = basis / basis.sum(dim=0).clamp(min=1e-9)
        self._window = torch.hann_window(N_FFT)

    @torch.inference_mode()
    def embed(self, samples: np.ndarray, sample_rate: int) -> np.ndarray:
        """Mono samples → float32 (DIMENSIONS,), the mean over blocks."""
        return self.network(self.blocks(samples, sample_rate)).mean(dim=0).numpy()

    def blocks(self, samples: np.ndarray, sample_rate: int) -> torch.Tensor:
        """Mono samples → log-mel blocks (blocks, 100, 96); short sounds are repeated."""
        samples = soxr.resample(samples, sample_rate, SAMPLE_RATE)
        need = BLOCK_FRAMES * HOP
        if len(samples) < need:
            samples = np.tile(samples, -(-need // len(samples)))[:need]
        waveform = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))
        waveform = waveform / waveform.abs().max().clamp(min=1e-6)
        spectrum = torch.stft(waveform, N_FFT, HOP, window=self._window, return_complex=True)
        mel = (spectrum.abs().square().T @ self._basis * 1e4 + 1).log10() / SPECTROGRAM_MAX
        return mel.unfold(0, BLOCK_FRAMES, BLOCK_HOP).transpose(1, 2)


class SoundEffectsTower:
    """Embeds a sound as a unit vector (1, DIMENSIONS) in the space of the starter's conditions.

    mean: (DIMENSIONS,); projection: (DIMENSIONS, DIMENSIONS), the whitening of the network's
    embeddings (training.trainers.teacher).
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, ear: SoundEffectsEar, mean: torch.Tensor, projection: torch.Tensor) -> None:
        self.ear = ear
        self._mean = mean
        self._projection = projection

    def embed(self, samples: np.ndarray) -> torch.Tensor:
        """Mono (n,) at 44.1 kHz → float32 (1, DIMENSIONS); short sounds are repeated."""
        return self.place(torch.from_numpy(self.ear.embed(samples, SAMPLE_RATE))[None])

    def place(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Embeddings of the network (sounds, DIMENSIONS) → whitened unit vectors of the same
        shape."""
        return nn.functional.normalize((embeddings - self._mean) @ self._projection, dim=-1)

    def save(self, folder: Path) -> None:
        """Write ``config.json`` and ``model.safetensors``, the convolutions in 8 bits: each filter
        as integers and one scale."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {"mean": self._mean, "projection": self._projection.half()}
        for name, value in self.ear.network.state_dict().items():
            if value.ndim < CONVOLUTION_DIMS:
                weights[f"network.{name}"] = value
                continue
            scale = value.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12) / INT8_MAX
            weights[f"network.{name}"] = (value / scale).round().to(torch.int8)
            weights[f"scale.{name}"] = scale
        save_file(weights, folder / WEIGHTS_FILE)
        (folder / CONFIG_FILE).write_text(json.dumps(CONFIG, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> SoundEffectsTower:
        """Raises CheckpointError if weights are absent or misfit."""
        try:
            stored = load_file(folder / WEIGHTS_FILE)
            mean, projection = stored.pop("mean"), stored.pop("projection").float()
            scales = {name: stored.pop(name) for name in list(stored) if name.startswith("scale.")}
            state = {name.removeprefix("network."): value for name, value in stored.items()}
            for name, scale in scales.items():
                filters = name.removeprefix("scale.")
                state[filters] = state[filters] * scale
            network = SoundEffectsNetwork()
            network.load_state_dict(state)
        except (OSError, KeyError, RuntimeError, SafetensorError) as error:
            raise CheckpointError(
                f"The audio tower in {folder} cannot be loaded: expected a fitting {WEIGHTS_FILE} "
                f"({reason_of(error)}). Install the program again, or copy the checkpoint again."
            ) from error
        return cls(SoundEffectsEar(network), mean, projection)
