"""AudioSR's input from a recording, and how the recording's own band is found and restored.

Source: Liu et al., "AudioSR: versatile audio super-resolution at scale" (2023), sections 3.1 and
3.3, and its public configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.signal import butter, resample_poly, sosfiltfilt
from torch import nn

from qvim_studio.families.audiosr.config import HOP, MEL_BANDS, RATE_HZ, REACH_HZ
from qvim_studio.networks.torch_audio import torchaudio

N_FFT = 2048
LOWEST_HZ = 20.0  # of the mel bands
FLOOR = 1e-5  # magnitudes are clamped here before the logarithm
PEAK = 0.5  # of what the networks hear
OWN_SHARE = 0.985  # of the magnitudes lie in a recording's own band
LEAST_CUTOFF_HZ = 1000.0  # below this frequency nothing is filtered away
# The published code draws one of four filter types at random for each sound, so a seed does not
# decide the sound. Butterworth's has no ripple in the band that stays.
FILTER_ORDER = 8
BAND_HOP = 512  # of the spectra in which the own band is restored
MOST_CORRECTED = (0.8, 1.2)  # how far the made band's level may be moved to meet the own one


class WideMel(nn.Module):
    """Magnitudes and log-mel at 48 kHz; natural logarithm, Slaney scale and norm."""

    window: torch.Tensor
    basis: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        basis = torchaudio.functional.melscale_fbanks(
            N_FFT // 2 + 1,
            LOWEST_HZ,
            REACH_HZ,
            MEL_BANDS,
            RATE_HZ,
            norm="slaney",
            mel_scale="slaney",
        )
        self.register_buffer("basis", basis, persistent=False)
        self.register_buffer("window", torch.hann_window(N_FFT), persistent=False)

    def magnitudes(self, waveform: torch.Tensor) -> torch.Tensor:
        """(samples,) → (samples / 480, 1025)."""
        side = (N_FFT - HOP) // 2
        padded = nn.functional.pad(waveform[None, None], (side, side), mode="reflect")[0]
        spectrum = torch.stft(
            padded, N_FFT, HOP, window=self.window, center=False, return_complex=True
        )
        return spectrum[0].abs().transpose(0, 1)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """(samples,) → (samples / 480, 256)."""
        return (self.magnitudes(waveform) @ self.basis).clamp(min=FLOOR).log()


@dataclass(frozen=True, eq=False)
class OwnBand:
    """One piece of a recording, as the networks get it.

    waveform: (samples,) of whole frames, without offset, its peak at 0.5, and zeros behind it.
    cutoff_hz: the upper end of its own band. gain, offset: restore its level.
    """

    waveform: np.ndarray
    cutoff_hz: float
    gain: float
    offset: float

    @cached_property
    def low(self) -> np.ndarray:
        """Its own band alone, (samples,) float32."""
        if self.cutoff_hz < LEAST_CUTOFF_HZ or self.cutoff_hz >= RATE_HZ / 2:
            return self.waveform
        return low_passed(self.waveform, int(self.cutoff_hz))


def own_band(samples: np.ndarray, length: int, mel: WideMel, known_hz: float = 0.0) -> OwnBand:
    """The own band of a piece (samples,), padded to ``length``.

    known_hz: the frequency up to which its content is known to be real, whatever its spectrum
    shows.
    """
    offset = float(samples.mean())
    peak = float(np.abs(samples - offset).max(initial=0.0))
    gain = max(peak, 1e-8) / PEAK
    waveform = np.zeros(length, np.float32)
    waveform[: len(samples)] = (samples - offset) / gain
    # The published code leaves the highest of the 1025 bins out.
    magnitudes = mel.magnitudes(torch.from_numpy(waveform))[:, : N_FFT // 2].double()
    found = last_own_bin(magnitudes.sum(dim=0)) / (N_FFT // 2) * (RATE_HZ / 2)
    return OwnBand(waveform, max(found, min(known_hz, RATE_HZ / 2)), gain, offset)


def last_own_bin(magnitudes: torch.Tensor) -> int:
    """The last bin (bins,) up to which less than the own share of all magnitudes lies."""
    summed = magnitudes.double().cumsum(dim=0)
    below = int((summed < OWN_SHARE * summed[-1]).sum())
    return max(below - 1, 0)


def low_passed(waveform: np.ndarray, cutoff_hz: int) -> np.ndarray:
    """Filtered without delay, brought down to twice the cut-off and back, and filtered again."""
    sections = butter(FILTER_ORDER, cutoff_hz / (RATE_HZ / 2), btype="low", output="sos")
    filtered = sosfiltfilt(sections, waveform.astype(np.float64))
    narrow = resample_poly(filtered, 2 * cutoff_hz, RATE_HZ)
    wide = resample_poly(narrow, RATE_HZ, 2 * cutoff_hz)[: len(waveform)]
    wide = np.pad(wide, (0, len(waveform) - len(wide)))
    return sosfiltfilt(sections, wide).astype(np.float32)


def with_own_mel(made: torch.Tensor, own: torch.Tensor, least_band: int = 0) -> torch.Tensor:
    """A made log-mel (frames, 256), its lower bands from the recording's own.

    least_band: below it, all are the recording's own.
    """
    bands = max(last_own_bin(own.double().exp().sum(dim=0)), least_band)
    return torch.cat([own[:, :bands], made[:, bands:]], dim=1)


def with_own_spectrum(made: np.ndarray, band: OwnBand, known_hz: float = 0.0) -> np.ndarray:
    """A made waveform, its lower bins from the recording itself, both (samples,).

    The level of the made band is changed so that both meet at the seam. The published code changes
    the own band instead, takes it from behind the filter, and does not restore the level; here the
    recording stays as it is.
    """
    window = torch.hann_window(N_FFT)

    def spectrum(samples: np.ndarray) -> torch.Tensor:
        return torch.stft(
            torch.from_numpy(samples),
            N_FFT,
            BAND_HOP,
            window=window,
            pad_mode="constant",
            return_complex=True,
        )

    length = len(band.waveform)
    own, whole = spectrum(band.low), spectrum(made[:length])
    seam = last_own_bin(own.abs().double().sum(dim=1))
    seam = max(seam, min(int(known_hz / RATE_HZ * N_FFT), N_FFT // 2))
    ratio = own[seam].abs().sum() / whole[seam].abs().sum().clamp(min=1e-12)
    whole = whole * ratio.clamp(*MOST_CORRECTED)
    whole[:seam] = spectrum(band.waveform)[:seam]
    return torch.istft(whole, N_FFT, BAND_HOP, window=window, length=length).numpy()
