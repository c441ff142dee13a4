"""Mixes are drawn by their seed, fill their window, and stay sounds of the bank."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from qvim_studio.networks.qvim.qvim_front_end import N_MELS, QvimFrontEnd
from qvim_studio.training.corpus.sound_mixes import (
    Mixing,
    SoundBank,
    SoundMixes,
    load_or_make_bank,
    log_mel_of,
    power_of,
)

STILL = Mixing(0, 0, 0, 0, 0, 0, 0, 0, (0.0, 0.0))  # nothing is changed


def one_bank() -> SoundBank:
    waveform = torch.from_numpy(np.sin(np.arange(32_000) * 0.3).astype(np.float32))[None]
    log_mel = QvimFrontEnd()(waveform)[0, 0].T.half().numpy()
    return SoundBank(log_mel, np.array([0, len(log_mel)]))


def test_power_is_what_the_front_end_took_the_logarithm_of() -> None:
    log_mel = QvimFrontEnd()(torch.randn(1, 8_000) * 0.1)
    torch.testing.assert_close(log_mel_of(power_of(log_mel)), log_mel, atol=1e-4, rtol=1e-4)


def test_a_mix_is_drawn_by_its_seed_and_fills_its_window() -> None:
    mixes = SoundMixes(one_bank(), 64, Mixing())
    first, again, other = (mixes.draw(3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (3, 1, N_MELS, 64) and bool(first.isfinite().all())
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_without_mixing_a_sound_stays_itself() -> None:
    stored = np.random.default_rng(0).normal(0, 0.3, (64, N_MELS)).astype(np.float16)
    bank = SoundBank(stored, np.array([0, 64]))
    (drawn,) = SoundMixes(bank, 64, STILL).draw(1, np.random.default_rng(0))[:, 0]
    np.testing.assert_allclose(drawn.T.numpy(), stored, atol=2e-3)


def ramp_bank() -> SoundBank:
    """Two sounds, whose frames hold their own number in every band: 0 to 9, and 10 to 19."""
    frames = np.arange(20, dtype=np.float16)[:, None] / 10
    return SoundBank(np.repeat(frames, N_MELS, axis=1), np.array([0, 10, 20]))


def test_a_part_of_a_longer_sound_stays_within_that_sound() -> None:
    bank = ramp_bank()
    starts = set()
    for seed in range(40):
        part = log_mel_of(bank.power(0, 4, np.random.default_rng(seed)))[0]
        steps = (part * 10).round().int().tolist()
        assert steps == list(range(steps[0], steps[0] + 4)) and steps[-1] <= 9
        starts.add(steps[0])
    assert starts == set(range(7))


def test_a_sound_shorter_than_asked_comes_whole_and_without_its_neighbour() -> None:
    part = log_mel_of(ramp_bank().power(0, 15, np.random.default_rng(0)))[0]
    assert (part * 10).round().int().tolist() == list(range(10))


def test_a_reversed_mix_begins_with_the_end_of_its_sound() -> None:
    stored = np.repeat(np.arange(10, dtype=np.float16)[:, None] / 10, N_MELS, axis=1)
    backwards = replace(STILL, reverse_odds=1.0)
    bank = SoundBank(stored, np.array([0, 10]))
    drawn = SoundMixes(bank, 10, backwards).draw(1, np.random.default_rng(0))[0, 0]
    np.testing.assert_allclose(drawn[0].numpy(), stored[::-1, 0], atol=2e-3)


def test_a_bank_is_read_again_only_for_the_sounds_it_was_made_of(tmp_path: Path) -> None:
    read: list[int] = []

    def tone(index: int) -> np.ndarray:
        read.append(index)
        return (10.0**-index * np.sin(np.arange(3_200) * 0.3)).astype(np.float32)

    path = tmp_path / "bank.npz"
    made = load_or_make_bank(path, "these", 2, tone)
    again = load_or_make_bank(path, "these", 2, tone)
    assert read == [0, 1] and len(made) == len(again) == 2
    loud, quiet = (again.power(index, 10, np.random.default_rng(0)) for index in range(2))
    torch.testing.assert_close(loud, quiet, rtol=0.05, atol=1e-3)  # at one level
    load_or_make_bank(path, "others", 1, tone)
    assert read == [0, 1, 0]
