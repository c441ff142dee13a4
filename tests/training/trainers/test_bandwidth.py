"""Training of the bandwidth extension: who teaches, what is learned, what is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soxr
import torch
from training_data import hold_out_first, write_corpus

from qvim_studio.networks.bandwidth import BandwidthConfig, BandwidthExtender
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.trainers.bandwidth import (
    BandwidthTraining,
    far_reaching,
    level_error_db,
    run,
)
from qvim_studio.training.trainers.vae import make_vae

TINY = BandwidthConfig(channels=16, hidden_channels=32, blocks=1)


def hisses(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise that is 20 dB softer above 8 kHz, and its lower half."""
    noise = np.random.default_rng(0).standard_normal((count, 32_000)).astype(np.float32)
    low = np.stack([soxr.resample(row, 32_000, 16_000) for row in noise])
    smooth = np.stack([soxr.resample(row, 16_000, 32_000) for row in low])
    return torch.from_numpy(low), torch.from_numpy(smooth + 0.1 * (noise - smooth))


def test_it_learns_how_loud_the_highs_are() -> None:
    torch.manual_seed(0)
    low, whole = hisses(2)
    extender = BandwidthExtender(TINY)
    optimizer = torch.optim.Adam(extender.parameters(), lr=1e-2)
    errors = []
    for _ in range(30):
        error = level_error_db(extender, low, whole, 80.0)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[0] > 10.0
    assert errors[-1] < 5.0  # a band of noise swings by about 2 dB from frame to frame


def test_a_louder_frame_counts_more() -> None:
    torch.manual_seed(0)
    low, whole = hisses(1)
    extender = BandwidthExtender(TINY).eval()
    fading = torch.cat([torch.ones(16_000), torch.full((16_000,), 1e-6)])
    halved = level_error_db(extender, low * fading[::2], whole * fading, 80.0)
    first = level_error_db(extender, low[:, :8000], whole[:, :16_000], 80.0)
    assert abs(halved - first) < 0.2 * first


class Recordings:
    """As much of a corpus as is asked for what reaches far."""

    def __init__(self, *sounds: np.ndarray) -> None:
        self.items = sounds

    def samples(self, item: np.ndarray, sample_rate: int) -> np.ndarray:
        assert sample_rate == 32_000
        return item


def test_recordings_that_end_low_do_not_teach() -> None:
    bright = np.random.default_rng(0).standard_normal(20_000).astype(np.float32)
    dull = soxr.resample(soxr.resample(bright, 32_000, 22_050, "VHQ"), 22_050, 32_000, "VHQ")
    corpus = Recordings(dull, bright, bright[:100])
    assert far_reaching(corpus, np.arange(3)).tolist() == [1, 2]  # type: ignore[arg-type]
    only_dull = far_reaching(Recordings(dull), np.arange(1))  # type: ignore[arg-type]
    assert only_dull.tolist() == [0]


def test_what_it_leaves_is_loaded_and_trained_on(tmp_path: Path) -> None:
    corpus = hold_out_first(write_corpus(tmp_path / "corpus", "tiny-clap"))
    make_vae((8, 8, 8)).save_pretrained(tmp_path / "vae")
    vocoder = VocosVocoder(VocosConfig(channels=16, hidden_channels=32, blocks=1))
    vocoder.save_pretrained(tmp_path / "vocoder")
    options = BandwidthTraining(
        config=TINY,
        crop_frames=32,
        batch=4,
        rebuilt=2,
        rebuilt_crops=4,
        loop=LoopOptions(warmup_steps=1),
    )
    folder = tmp_path / "bandwidth"
    for _ in range(2):
        run(corpus, folder, 1e-4, tmp_path / "vae", tmp_path / "vocoder", options)
    assert BandwidthExtender.from_pretrained(folder / "bandwidth").config == TINY
    header, first, second = (folder / "validation.csv").read_text().splitlines()
    assert header == "step,held_out_db,held_out_rebuilt_db"
    assert int(second.split(",")[0]) > int(first.split(",")[0])
