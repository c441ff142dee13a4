"""The light vocoder's shapes, storage and refusal of foreign files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.models.vocos import VocosConfig, VocosVocoder

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
