"""The log-mel spectrogram of AudioLDM's VAE and vocoder."""

from __future__ import annotations

import torch
from torch import nn

from qvim_studio.networks.torch_audio import torchaudio

SAMPLE_RATE = 16_000  # Hz
HOP = 160  # samples: 100 frames a second
N_FFT = 1024
N_MELS = 64
FMAX_HZ = 8000.0
FLOOR = 1e-5  # magnitudes are clamped here before the logarithm
LOG_FLOOR = -11.512925  # ln(FLOOR): the value of silence
ACTIVE_RANGE_NEPER = 6.0  # a frame 52 dB below the loudest mel band counts as silence
DB_PER_NEPER = 8.685889638
PEAK = 0.5  # AudioLDM's training clips are scaled to this peak


class MelSpectrogram(nn.Module):
    """Magnitude mel spectrogram in natural logarithm, Slaney scale and norm.

    Input (batch, samples) at 16 kHz, output (batch, 1, samples // 160, 64).
    Source: AudioLDM (Liu et al. 2023), section 4 and its public configuration.
    """

    basis: torch.Tensor
    window: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        basis = torchaudio.functional.melscale_fbanks(
            N_FFT // 2 + 1, 0.0, FMAX_HZ, N_MELS, SAMPLE_RATE, norm="slaney", mel_scale="slaney"
        )
        self.register_buffer("basis", basis, persistent=False)
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        frames = waveform.shape[-1] // HOP
        shortfall = N_FFT - waveform.shape[-1]
        if shortfall > 0:  # reflection needs half a window on either side
            waveform = nn.functional.pad(waveform, (0, shortfall))
        spectrum = torch.stft(
            waveform, N_FFT, HOP, window=self.window, center=True, return_complex=True
        ).abs()
        mel = spectrum[..., :frames].transpose(1, 2) @ self.basis
        return mel.clamp(min=FLOOR).log()[:, None]


def condition_waveform(waveform: torch.Tensor) -> torch.Tensor:
    """Remove DC and scale each (batch, samples) row to AudioLDM's peak of 0.5."""
    waveform = waveform - waveform.mean(dim=-1, keepdim=True)
    peak = waveform.abs().amax(dim=-1, keepdim=True).clamp(min=1e-8)
    return waveform * (PEAK / peak)


def active_frames(log_mel: torch.Tensor) -> torch.Tensor:
    """(batch, 1, frames, 64) → (batch, 1, frames, 1), 1.0 for audible frames, else 0.0."""
    loudest = log_mel.amax(dim=(2, 3), keepdim=True)
    frame = log_mel.amax(dim=3, keepdim=True)
    return ((frame > loudest - ACTIVE_RANGE_NEPER) & (frame > LOG_FLOOR + 1.0)).float()


def reconstruction_error_db(log_mel: torch.Tensor, rebuilt: torch.Tensor) -> float:
    """Mean absolute log-mel difference in dB, over active frames only."""
    active = active_frames(log_mel)
    error = ((log_mel - rebuilt).abs() * active).sum() / (active.sum() * log_mel.shape[-1])
    return error.item() * DB_PER_NEPER
