"""YAMNet, which scores a sound for 521 classes of AudioSet.

Google, "Sound classification with YAMNet" (TensorFlow Model Garden, Apache-2.0): MobileNet v1
(Howard et al. 2017) over log-mel patches of 0.96 s. The batch normalizations are already folded
into the convolutions (packaging/convert_tagger.py).
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from qvim_studio.core.errors import CheckpointError, reason_of

SAMPLE_RATE = 16_000  # Hz
WINDOW, HOP, N_FFT = 400, 160, 512  # samples: 25 ms, 10 ms
N_MELS = 64
LOWEST_HZ, HIGHEST_HZ = 125.0, 7500.0
LOG_OFFSET = 1e-3
PATCH_FRAMES, PATCH_HOP = 96, 48  # 0.96 s, half overlapping
PATCH_SAMPLES = (PATCH_FRAMES - 1) * HOP + WINDOW
CLASSES = 521
WIDTH = 1024  # of the embedding
# Width and stride of each pair of convolutions after the first.
_PAIRS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip
_FIRST_WIDTH = 32


class LogMel(nn.Module):
    """Waveform (batch, samples) at 16 kHz, at least 0.975 s → (batch, frames, 64)."""

    basis: torch.Tensor
    window: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("basis", _mel_basis(), persistent=False)
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        frames = waveform.unfold(-1, WINDOW, HOP) * self.window
        magnitudes = torch.fft.rfft(frames, N_FFT).abs()
        return (magnitudes @ self.basis + LOG_OFFSET).log()


class Yamnet(nn.Module):
    """Log-mel patches (batch, 96, 64) → scores (batch, 521) in 0..1, each class by itself."""

    def __init__(self) -> None:
        super().__init__()
        convolutions = [nn.Conv2d(1, _FIRST_WIDTH, 3, stride=2)]
        width = _FIRST_WIDTH
        for wider, stride in _PAIRS:
            padding = 1 if stride == 1 else 0
            convolutions.append(nn.Conv2d(width, width, 3, stride, padding, groups=width))
            convolutions.append(nn.Conv2d(width, wider, 1))
            width = wider
        self.convolutions = nn.ModuleList(convolutions)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        return self.head(self.embed(patches)).sigmoid()

    def embed(self, patches: torch.Tensor) -> torch.Tensor:
        """Log-mel patches (batch, 96, 64) → (batch, 1024), from which the scores are computed."""
        hidden = patches[:, None]
        for convolution in self.convolutions:
            if convolution.stride == (2, 2):  # TensorFlow's SAME padding of an even size
                hidden = functional.pad(hidden, (0, 1, 0, 1))
            hidden = convolution(hidden).relu_()
        return hidden.mean(dim=(2, 3))

    @classmethod
    def from_file(cls, path: Path) -> Yamnet:
        """Load strictly, as float32. Raises CheckpointError if the file is absent or misfits."""
        network = cls()
        try:
            weights = {name: value.float() for name, value in load_file(path).items()}
            network.load_state_dict(weights)
        except (OSError, RuntimeError, SafetensorError) as error:
            raise CheckpointError(
                f"The tagger {path} cannot be loaded ({reason_of(error)}). Install the program "
                "again."
            ) from error
        return network.eval().requires_grad_(False)


def patches_of(log_mel: torch.Tensor) -> torch.Tensor:
    """One sound's frames (frames, 64) → its half-overlapping patches (patches, 96, 64)."""
    return log_mel.unfold(0, PATCH_FRAMES, PATCH_HOP).transpose(1, 2)


def _mel_basis() -> torch.Tensor:
    """(257, 64): triangles over the mel scale itself, as tf.signal.linear_to_mel_weight_matrix."""
    bins = _mel(torch.linspace(0.0, SAMPLE_RATE / 2, N_FFT // 2 + 1, dtype=torch.float64))
    ends = _mel(torch.tensor([LOWEST_HZ, HIGHEST_HZ], dtype=torch.float64))
    edges = torch.linspace(ends[0].item(), ends[1].item(), N_MELS + 2, dtype=torch.float64)
    width = edges[1] - edges[0]
    rising = (bins[:, None] - edges[None, :-2]) / width
    falling = (edges[None, 2:] - bins[:, None]) / width
    return torch.minimum(rising, falling).clamp(min=0.0).float()


def _mel(frequency_hz: torch.Tensor) -> torch.Tensor:
    return 1127.0 * torch.log1p(frequency_hz / 700.0)
