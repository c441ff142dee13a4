"""The starter's 512-d sound space: embeddings of a published sound-effects network, whitened.

The network is aiSFX (Ma et al., "Representation Learning for the Automatic Indexing of Sound
Effects Libraries", ISMIR 2022; weights CC BY 4.0, PyPI package ``aisfx``). Only its weights are
used, and only in training: the starter holds an adapter and a text tower that speak this space.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import soxr
import torch
from torch import nn

from qvim_studio.core.errors import StudioError
from qvim_studio.models.torch_audio import torchaudio
from qvim_studio.training.corpus import Corpus, load_corpus
from qvim_studio.training.machine import find_machine, mixed_precision

log = logging.getLogger(__name__)

SAMPLE_RATE = 44_100  # Hz, as the network was trained
N_FFT, HOP, N_MELS = 2048, 1024, 96
BLOCK_FRAMES, BLOCK_HOP = 100, 50  # 2.3 s blocks, half overlapping
SPECTROGRAM_MAX = 9.457798957824707  # of its training data: brings the input to 0..1
DIMENSIONS = 512
SHRINKAGE = 0.3  # share of the mean variance added to each: whitens without lifting noise
TARGETS_FILE = "targets.npz"


class SoundEffectsNetwork(nn.Module):
    """Four blocks of two 3x3 convolutions, mean over bands, maximum over time.

    Input (batch, frames, 96) in 0..1, output (batch, 512). Key names follow the weights.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 64, 128, 256, 512)
        for number in range(1, 5):
            block = nn.Module()
            first, second = widths[number - 1], widths[number]
            block.conv1 = nn.Conv2d(first, second, 3, padding=1, bias=False)
            block.conv2 = nn.Conv2d(second, second, 3, padding=1, bias=False)
            block.bn1 = nn.BatchNorm2d(second)
            block.bn2 = nn.BatchNorm2d(second)
            self.add_module(f"conv_block{number}", block)

    def forward(self, spectrogram: torch.Tensor) -> torch.Tensor:
        hidden = spectrogram[:, None]
        for name, block in self.named_children():
            hidden = torch.relu(block.bn1(block.conv1(hidden)))
            hidden = torch.relu(block.bn2(block.conv2(hidden)))
            if name != "conv_block4":
                hidden = nn.functional.max_pool2d(hidden, 2)
        return hidden.mean(dim=3).amax(dim=2)


class Teacher:
    """Embeds sounds with the published network."""

    def __init__(self, checkpoint: Path) -> None:
        with torch.serialization.safe_globals(_numbers_in_checkpoint()):
            stored = torch.load(checkpoint, map_location="cpu", weights_only=True)
        prefix = "embedding_net."
        weights = {k.removeprefix(prefix): v for k, v in stored[0].items() if k.startswith(prefix)}
        self.network = SoundEffectsNetwork().eval()
        self.network.load_state_dict(weights)
        basis = torchaudio.functional.melscale_fbanks(
            N_FFT // 2 + 1, 0.0, SAMPLE_RATE / 2, N_MELS, SAMPLE_RATE, mel_scale="htk"
        )
        self.basis = basis / basis.sum(dim=0).clamp(min=1e-9)
        self.window = torch.hann_window(N_FFT)

    @torch.no_grad()
    def embed(self, samples: np.ndarray, sample_rate: int) -> np.ndarray:
        """Mono samples → float32 (512,), the mean over blocks."""
        return self.network(self.blocks(samples, sample_rate)).mean(dim=0).numpy()

    def blocks(self, samples: np.ndarray, sample_rate: int) -> torch.Tensor:
        """Mono samples → log-mel blocks (blocks, 100, 96); short sounds are repeated."""
        samples = soxr.resample(samples, sample_rate, SAMPLE_RATE)
        need = BLOCK_FRAMES * HOP
        if len(samples) < need:
            samples = np.tile(samples, -(-need // len(samples)))[:need]
        waveform = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32))
        waveform = waveform / waveform.abs().max().clamp(min=1e-6)
        power = torch.stft(waveform, N_FFT, HOP, window=self.window, return_complex=True).abs() ** 2
        mel = (power.T @ self.basis * 1e4 + 1).log10() / SPECTROGRAM_MAX
        return mel.unfold(0, BLOCK_FRAMES, BLOCK_HOP).transpose(1, 2)


class SoundSpace:
    """The whitened 512-d space of a corpus folder: its cached targets, and the teacher to add more.

    targets: float32 (items, 512), unit vectors of the whole recordings.
    """

    def __init__(self, corpus_folder: Path, checkpoint: Path) -> None:
        stored = np.load(corpus_folder / TARGETS_FILE)
        self.targets: np.ndarray = stored["embeddings"]
        self._mean = torch.from_numpy(stored["mean"])
        self._projection = torch.from_numpy(stored["projection"])
        self._teacher = Teacher(checkpoint)
        self._device = find_machine().device
        self._teacher.network.to(self._device)

    @torch.no_grad()
    def embed_short(self, sounds: Sequence[np.ndarray], sample_rate: int) -> torch.Tensor:
        """Unit vectors (sounds, 512) of mono sounds of at most one block (2.3 s)."""
        blocks = torch.cat([self._teacher.blocks(sound, sample_rate)[:1] for sound in sounds])
        with mixed_precision(self._device):
            raw = self._teacher.network(blocks.to(self._device)).float().cpu()
        return self._unit(raw)

    @torch.no_grad()
    def embed_whole(self, sounds: Iterable[np.ndarray], sample_rate: int) -> torch.Tensor:
        """Unit vectors (sounds, 512) of mono sounds of any length, as the targets were made."""
        rows = []
        for sound in sounds:
            blocks = self._teacher.blocks(sound, sample_rate).to(self._device)
            with mixed_precision(self._device):
                rows.append(self._teacher.network(blocks).float().mean(dim=0).cpu())
        return self._unit(torch.stack(rows))

    def _unit(self, raw: torch.Tensor) -> torch.Tensor:
        return nn.functional.normalize((raw - self._mean) @ self._projection, dim=-1)


def _numbers_in_checkpoint() -> list[object]:
    """The harmless numpy types that the file holds beside its tensors, under their old name."""
    float64 = type(np.dtype(np.float64))
    int64 = type(np.dtype(np.int64))
    scalar = np.float64(0).__reduce__()[0]
    return [(scalar, "numpy.core.multiarray.scalar"), np.dtype, float64, int64]


def find_checkpoint() -> Path:
    """The weights inside the installed ``aisfx`` package, which itself is never imported."""
    spec = importlib.util.find_spec("aisfx")
    if spec is None or spec.origin is None:
        raise StudioError(
            "The teacher's weights are not installed: got no package aisfx. "
            "Install it with: pip install --no-deps aisfx"
        )
    return Path(spec.origin).parent / "models" / "checkpoint.pth"


def whitening(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (512,) and symmetric projection (512, 512) that evens out the directions' variances."""
    mean = raw.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(raw - mean, rowvar=False))
    scale = 1.0 / np.sqrt(np.maximum(values, 0) + SHRINKAGE * values.mean())
    return mean, (vectors * scale) @ vectors.T


def make_targets(corpus: Corpus, checkpoint: Path) -> None:
    """Write ``targets.npz``: embeddings (items, 512) of unit length, mean, projection, null.

    null: the unit vector that stands for "no condition"; the text tower maps "" to it.
    """
    teacher = Teacher(checkpoint)
    raw = np.stack([teacher.embed(corpus.samples(item, 32_000), 32_000) for item in corpus.items])
    mean, projection = whitening(raw[corpus.indices("train")])
    embeddings = (raw - mean) @ projection
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    null = np.full(DIMENSIONS, DIMENSIONS**-0.5)
    arrays = {"embeddings": embeddings, "mean": mean, "projection": projection, "null": null}
    np.savez(
        corpus.folder / TARGETS_FILE,
        **{name: value.astype(np.float32) for name, value in arrays.items()},
    )
    log.info("wrote %d targets to %s", len(embeddings), corpus.folder / TARGETS_FILE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="checkpoint.pth of aisfx")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    make_targets(load_corpus(arguments.corpus), arguments.weights or find_checkpoint())


if __name__ == "__main__":
    main()
