"""The log-mel front end of the QVIM encoders (EfficientAT, Schmid et al. 2023)."""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.networks.torch_audio import torchaudio

QVIM_SAMPLE_RATE = 32_000  # Hz
QVIM_WINDOW_SAMPLES = 10 * QVIM_SAMPLE_RATE
N_FFT = 1024
WINDOW = 800  # samples: 25 ms
HOP = 320  # samples: 10 ms
N_MELS = 128
FMAX_HZ = 15_000.0
PRE_EMPHASIS = 0.97


def fit_window(waveform: torch.Tensor) -> torch.Tensor:
    """Zero-pad or cut (batch, samples) at the end to exactly 10 s."""
    missing = QVIM_WINDOW_SAMPLES - waveform.shape[-1]
    return nn.functional.pad(waveform, (0, missing))  # negative padding cuts


class QvimFrontEnd(nn.Module):
    """Waveform (batch, samples) at 32 kHz → (batch, 1, 128, frames), 100 frames a second.

    Levels are kept: digital silence is -1.40258 in every band.
    """

    banks: torch.Tensor
    window: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        banks, _ = torchaudio.compliance.kaldi.get_mel_banks(
            N_MELS, N_FFT, float(QVIM_SAMPLE_RATE), 0.0, FMAX_HZ, 100.0, -500.0, 1.0
        )
        self.register_buffer("banks", nn.functional.pad(banks, (0, 1)), persistent=False)
        window = torch.hann_window(WINDOW, periodic=False)
        self.register_buffer("window", window, persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        emphasized = waveform[:, 1:] - PRE_EMPHASIS * waveform[:, :-1]
        spectrum = torch.stft(
            emphasized, N_FFT, HOP, WINDOW, window=self.window, center=True, return_complex=True
        )
        power = spectrum.real.square() + spectrum.imag.square()
        log_mel = (self.banks @ power + 1e-5).log()
        return (log_mel[:, None] + 4.5) / 5.0
