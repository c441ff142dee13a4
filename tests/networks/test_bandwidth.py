"""Bandwidth extension: the lower band stays, the higher one is as loud as asked and as sharp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.bandwidth import (
    BANDS,
    FLOOR_DB,
    SCALE_DB,
    BandwidthConfig,
    BandwidthExtender,
    band_power,
    load_extender,
    loudest_frame,
)

RATE = 16_000
TINY = BandwidthConfig(channels=16, hidden_channels=32, blocks=1)


class Asked(BandwidthExtender):
    """Says the same level for every band of every frame."""

    def __init__(self, below_loudest_db: float) -> None:
        super().__init__(TINY)
        self.level = (below_loudest_db - 0.5 * FLOOR_DB) / SCALE_DB

    def forward(self, levels: torch.Tensor) -> torch.Tensor:
        return torch.full((*levels.shape[:2], BANDS), self.level)


def hiss(seconds: float = 1.0) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal(round(seconds * RATE))
    return (0.1 * noise).astype(np.float32)


def spectrum_db(samples: np.ndarray) -> np.ndarray:
    return 20 * np.log10(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) + 1e-9)


def test_what_lies_below_the_crossover_stays() -> None:
    low = hiss()
    extended = Asked(-30.0).extend(low)
    assert extended.dtype == np.float32 and len(extended) == 2 * len(low)
    plain = resample(AudioClip.from_mono(low, RATE), 2 * RATE).mono()
    below = slice(100, 7100)  # of bins of 1 Hz
    difference = np.fft.rfft(extended - plain)[below]
    assert np.abs(difference).max() < 0.01 * np.abs(np.fft.rfft(plain)[below]).max()


@pytest.mark.parametrize("level_db", [-20.0, -40.0])
def test_every_band_above_is_as_loud_as_asked(level_db: float) -> None:
    low = hiss()
    extender = Asked(level_db)
    extended = torch.from_numpy(extender.extend(low))[None]
    power = band_power(extender.high_spectrum(extended))
    loudest = loudest_frame(extender.low_spectrum(torch.from_numpy(low)[None]))
    made_db = 10 * (power[:, :, 8:-8].mean(dim=-1) / loudest[..., 0]).log10()
    errors = (made_db - level_db).abs()[0]
    assert errors[1:].max() < 0.5
    assert errors[0] < 4.0  # the window lets a little of what lies below into it


def test_silence_asked_for_is_silence_above() -> None:
    extended = Asked(FLOOR_DB - 10.0).extend(hiss())
    assert spectrum_db(extended)[8200:].max() < spectrum_db(extended)[:7000].mean() - 80.0


def test_an_attack_stays_where_it_is() -> None:
    click = np.zeros(RATE, np.float32)
    click[8000:8008] = np.hanning(8)
    extended = Asked(-10.0).extend(click)
    high = extended - resample(AudioClip.from_mono(click, RATE), 2 * RATE).mono()
    audible = np.flatnonzero(np.abs(high) > 0.1 * np.abs(high).max())
    assert abs(audible.min() - 16_000) < 0.009 * 2 * RATE
    assert abs(audible.max() - 16_000) < 0.009 * 2 * RATE


@pytest.mark.parametrize("samples", [1, 40, 300, 16_001])
def test_any_length_and_silence_give_numbers(samples: int) -> None:
    torch.manual_seed(0)
    extender = BandwidthExtender(TINY).eval()
    for given in (np.zeros(samples, np.float32), hiss(1.1)[:samples], hiss(1.1)[:samples] * 1e-6):
        extended = extender.extend(given)
        assert len(extended) == 2 * samples and np.isfinite(extended).all()
    assert not extender.extend(np.zeros(samples, np.float32)).any()


def test_saved_weights_speak_the_same_and_broken_ones_are_refused(tmp_path: Path) -> None:
    torch.manual_seed(0)
    extender = BandwidthExtender(TINY).eval()
    extender.save_pretrained(tmp_path / "bandwidth")
    own = load_extender(tmp_path)
    np.testing.assert_array_equal(own.extend(hiss()), extender.extend(hiss()))
    (tmp_path / "bandwidth" / "model.safetensors").write_bytes(b"short")
    with pytest.raises(CheckpointError, match="train bandwidth"):
        load_extender(tmp_path)


def test_a_checkpoint_without_one_is_extended_by_the_starter(tmp_path: Path) -> None:
    assert load_extender(tmp_path).config == BandwidthConfig()
