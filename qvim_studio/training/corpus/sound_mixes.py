"""Endless freely mixed and colored sounds as spectrograms, for networks that learn from a teacher.

Everything happens to mel spectra of power, where sounds add up as they do in the air; so a batch
costs a fraction of what it would as audio.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qvim_studio.networks.qvim.qvim_front_end import N_MELS, QVIM_SAMPLE_RATE, QvimFrontEnd
from qvim_studio.training.corpus.corpus import save_arrays
from qvim_studio.voice.embedder import EMBEDDING_RMS_DBFS

log = logging.getLogger(__name__)

FLOOR = 1e-5  # added to the power by the front end
OFFSET, SCALE = 4.5, 5.0  # of the front end's logarithm
MIN_SOUND_FRAMES = 8
COLOR_POINTS, NOISE_POINTS = 6, 4  # of the curves that are drawn over the bands


@dataclass(frozen=True)
class Mixing:
    """How far a sound is led away from itself.

    stretch_octaves, shift_octaves: of duration and of the bands. shift_odds, reverse_odds,
    more_odds, noise_odds: how often bands move, time runs backwards, one more sound is added, noise
    lies below. late_odds: how often a sound begins later than the window. color_db: standard
    deviation of the curve over the bands. gains_db: around the level that inference gives.
    added_db, noise_db: of what is added, against the sound and against full scale.
    """

    stretch_octaves: float = 0.6
    shift_octaves: float = 0.4
    shift_odds: float = 0.5
    reverse_odds: float = 0.15
    more_odds: float = 0.35
    noise_odds: float = 0.4
    late_odds: float = 0.3
    color_db: float = 4.0
    gains_db: tuple[float, float] = (-15.0, 6.0)
    added_db: tuple[float, float] = (-12.0, 0.0)
    noise_db: tuple[float, float] = (-70.0, -35.0)


class SoundBank:
    """Power spectra over mel bands of many sounds, one after the other.

    log_mels: float16 (all frames, 128) as the front end gives them; starts: (sounds + 1,) frames.
    """

    def __init__(self, log_mels: np.ndarray, starts: np.ndarray) -> None:
        self._log_mels = log_mels
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def power(self, sound: int, frames: int, rng: np.random.Generator) -> torch.Tensor:
        """float32 (128, up to ``frames``), any part of a longer sound."""
        begin, end = self._starts[sound : sound + 2]
        if end - begin > frames:
            begin += int(rng.integers(end - begin - frames + 1))
        stored = torch.from_numpy(np.asarray(self._log_mels[begin : begin + frames][: end - begin]))
        return power_of(stored.float().T)


def power_of(log_mel: torch.Tensor) -> torch.Tensor:
    """What the front end took the logarithm of."""
    return ((log_mel * SCALE - OFFSET).exp() - FLOOR).clamp_min(0)


def log_mel_of(power: torch.Tensor) -> torch.Tensor:
    """As the front end would give it."""
    return ((power + FLOOR).log() + OFFSET) / SCALE


@torch.no_grad()
def load_or_make_bank(
    path: Path, made_of: str, count: int, read: Callable[[int], np.ndarray]
) -> SoundBank:
    """The bank of ``path`` where it is of ``made_of``, else one of ``count`` sounds.

    read: mono samples at 32 kHz of each; they are brought to the level that inference gives.
    """
    if path.is_file():
        with np.load(path) as stored:
            if str(stored["made_of"]) == made_of:
                return SoundBank(stored["log_mels"], stored["starts"])
    log.info("spectrograms of %d sounds are made", count)
    front_end = QvimFrontEnd()
    rows, starts = [], [0]
    for index in range(count):
        samples = read(index)
        rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
        levelled = samples * np.float32(10 ** (EMBEDDING_RMS_DBFS / 20) / max(rms, 1e-9))
        least = QVIM_SAMPLE_RATE // 20
        padded = np.pad(levelled, (0, max(0, least - len(levelled))))
        rows.append(front_end(torch.from_numpy(padded)[None])[0, 0].T.half().numpy())
        starts.append(starts[-1] + len(rows[-1]))
    log_mels = np.concatenate(rows)
    save_arrays(path, log_mels=log_mels, starts=np.array(starts), made_of=made_of)
    return SoundBank(log_mels, np.array(starts))


class SoundMixes:
    """Draws spectrograms (batch, 1, 128, frames) of sounds that nobody has heard before."""

    def __init__(self, bank: SoundBank, frames: int, mixing: Mixing) -> None:
        self._bank = bank
        self._frames = frames
        self._mixing = mixing

    def draw(self, count: int, rng: np.random.Generator) -> torch.Tensor:
        return log_mel_of(torch.stack([self._mix(rng) for _ in range(count)]))[:, None]

    def _mix(self, rng: np.random.Generator) -> torch.Tensor:
        mixing = self._mixing
        mixed = self._sound(rng)
        while rng.random() < mixing.more_odds:
            mixed = mixed + self._sound(rng) * 10 ** (rng.uniform(*mixing.added_db) / 10)
        if rng.random() < mixing.noise_odds:
            levels_db = _curve(rng.uniform(*mixing.noise_db, size=NOISE_POINTS))
            seed = int(rng.integers(2**62))
            noise = torch.empty(N_MELS, self._frames).exponential_(
                generator=torch.Generator().manual_seed(seed)
            )
            # Full scale is about 20 in a band of the front end's power spectrum.
            mixed = mixed + 20 * 10 ** (levels_db[:, None] / 10) * noise
        return mixed

    def _sound(self, rng: np.random.Generator) -> torch.Tensor:
        """Power (128, frames) of one sound, led away from itself, in a window of its own."""
        mixing = self._mixing
        stretch = 2 ** rng.uniform(-mixing.stretch_octaves, mixing.stretch_octaves)
        most = int(np.ceil(self._frames / stretch))
        power = self._bank.power(int(rng.integers(len(self._bank))), most, rng)
        length = min(self._frames, max(MIN_SOUND_FRAMES, int(power.shape[1] * stretch)))
        power = nn.functional.interpolate(power[None], size=length, mode="linear")[0]
        if rng.random() < mixing.shift_odds:
            octaves = rng.uniform(-mixing.shift_octaves, mixing.shift_octaves)
            power = _shifted(power, 2**octaves)
        late = 0
        if rng.random() < mixing.late_odds:
            late = int(rng.integers(self._frames - length + 1))
        power = nn.functional.pad(power, (late, self._frames - length - late))
        if rng.random() < mixing.reverse_odds:
            power = power.flip(1)
        gains_db = _curve(rng.normal(0, mixing.color_db, size=COLOR_POINTS))
        gains_db = gains_db + float(rng.uniform(*mixing.gains_db))
        return power * 10 ** (gains_db[:, None] / 10)


def _curve(points: np.ndarray) -> torch.Tensor:
    """(128,) of values that are given at even distances over the bands."""
    places = np.linspace(0, N_MELS - 1, len(points))
    return torch.from_numpy(np.interp(np.arange(N_MELS), places, points)).float()


def _shifted(power: torch.Tensor, factor: float) -> torch.Tensor:
    """Bands (128, frames) read at ``factor`` times their place."""
    places = (torch.arange(N_MELS) * factor).clamp(max=N_MELS - 1)
    lower = places.floor().long()
    upper = (lower + 1).clamp(max=N_MELS - 1)
    share = (places - lower)[:, None]
    return power[lower] * (1 - share) + power[upper] * share
