"""The light vocoder's shapes, storage and refusal of foreign files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.networks.mel import MelSpectrogram, reconstruction_error_db

TINY = VocosConfig(channels=16, hidden_channels=32, blocks=2)


def test_each_mel_frame_becomes_one_hop_of_samples() -> None:
    waveform = VocosVocoder(TINY).eval()(torch.randn(2, 13, 64))
    assert waveform.shape == (2, 13 * 160)
    assert waveform.isfinite().all()


def test_saved_vocoder_gives_the_same_samples_after_loading(tmp_path: Path) -> None:
    torch.manual_seed(0)
    vocoder = VocosVocoder(TINY).eval()
    vocoder.save_pretrained(tmp_path)
    frames = torch.randn(1, 8, 64)
    assert torch.equal(VocosVocoder.from_pretrained(tmp_path)(frames), vocoder(frames))


def test_weights_of_another_size_are_refused_with_a_sentence(tmp_path: Path) -> None:
    VocosVocoder(TINY).save_pretrained(tmp_path)
    VocosVocoder(VocosConfig(channels=8, hidden_channels=32, blocks=2)).save_pretrained(
        tmp_path / "other"
    )
    (tmp_path / "other" / "model.safetensors").replace(tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="kind vocos"):
        VocosVocoder.from_pretrained(tmp_path)


NOISY = VocosConfig(channels=16, hidden_channels=32, blocks=2, noise_channels=4)


@torch.no_grad()
def test_noise_is_the_same_every_time_unless_given() -> None:
    torch.manual_seed(0)
    vocoder = VocosVocoder(NOISY).eval()
    frames = torch.randn(1, 20, 64)
    assert torch.equal(vocoder(frames), vocoder(frames))
    assert not torch.equal(vocoder(frames), vocoder(frames, torch.randn(1, 20, 4)))
    assert torch.equal(vocoder.noise(20)[:, :7], vocoder.noise(7))


@torch.no_grad()
def test_corrections_bring_the_sound_to_its_mel() -> None:
    torch.manual_seed(0)
    plain = VocosVocoder(TINY).eval()
    corrected = VocosVocoder(replace(TINY, corrections=2)).eval()
    corrected.load_state_dict(plain.state_dict())
    mel = MelSpectrogram()
    wanted = mel(0.1 * torch.randn(1, 16_000))
    errors = [(mel(vocoder(wanted[:, 0])) - wanted).abs().mean() for vocoder in (plain, corrected)]
    assert errors[1] < 0.6 * errors[0]


@torch.no_grad()
def test_more_corrections_come_nearer_to_the_mel_of_a_sound() -> None:
    torch.manual_seed(0)
    seconds = torch.arange(16_000) / 16_000
    chord = sum(torch.sin(2 * torch.pi * hz * seconds) for hz in (220, 700, 2_300))
    mel = MelSpectrogram()
    wanted = mel((0.1 * chord * torch.exp(-3 * seconds))[None])
    weights = VocosVocoder(TINY).state_dict()
    errors = []
    for corrections in (2, 16):
        vocoder = VocosVocoder(replace(TINY, corrections=corrections)).eval()
        vocoder.load_state_dict(weights)
        errors.append(reconstruction_error_db(wanted, mel(vocoder(wanted[:, 0]))))
    assert errors[1] < 0.75 * errors[0]


@torch.no_grad()
def test_training_hears_the_network_itself() -> None:
    vocoder = VocosVocoder(replace(TINY, corrections=2))
    plain = VocosVocoder(TINY)
    plain.load_state_dict(vocoder.state_dict())
    frames = torch.randn(1, 8, 64)
    assert torch.equal(vocoder.train()(frames), plain.train()(frames))
    assert not torch.allclose(vocoder.eval()(frames), plain.eval()(frames))


@torch.no_grad()
@pytest.mark.parametrize("frames", [1, 3, 8])
def test_very_short_sounds_are_corrected_too(frames: int) -> None:
    vocoder = VocosVocoder(replace(TINY, corrections=2)).eval()
    made = vocoder(torch.zeros(1, frames, 64))
    assert made.shape == (1, 160 * frames) and bool(made.isfinite().all())
