"""The decoder's training: it hears the waveform, and leaves the encoder as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.networks.mel import HOP, MelSpectrogram
from qvim_studio.training.trainers.decoder import DecoderTraining, decoder_loss, load_parts
from qvim_studio.training.trainers.vae import make_vae

OPTIONS = DecoderTraining(crop_frames=32, batch=2)


def save_parts(folder: Path) -> None:
    torch.manual_seed(0)
    make_vae((8, 8, 8)).save_pretrained(folder / "vae")
    config = VocosConfig(channels=8, hidden_channels=8, blocks=1, noise_channels=2)
    VocosVocoder(config).save_pretrained(folder / "vocoder")


def noise(frames: int) -> torch.Tensor:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (2, frames * HOP))
    return torch.from_numpy(samples.astype(np.float32))


def test_both_parts_learn_and_the_encoder_does_not(tmp_path: Path) -> None:
    save_parts(tmp_path)
    vae, model = load_parts(tmp_path / "vae", tmp_path / "vocoder")
    loss, _ = decoder_loss(vae, model, MelSpectrogram(), noise(32), OPTIONS)
    loss.backward()
    assert vae.decoder.conv_in.weight.grad.norm() > 0
    assert model.vocoder.head.weight.grad.norm() > 0
    assert model.vocoder.embed_noise.weight.grad.norm() > 0
    assert all(parameter.grad is None for parameter in vae.encoder.parameters())


def test_the_waveform_alone_reaches_the_decoder(tmp_path: Path) -> None:
    """With no weight on its mel, what is heard still teaches the VAE's decoder."""
    save_parts(tmp_path)
    vae, model = load_parts(tmp_path / "vae", tmp_path / "vocoder")
    options = DecoderTraining(crop_frames=32, batch=2, mel_weight=0.0)
    loss, _ = decoder_loss(vae, model, MelSpectrogram(), noise(32), options)
    loss.backward()
    assert vae.decoder.conv_in.weight.grad.norm() > 0


def test_saved_vae_holds_the_weights_of_the_model(tmp_path: Path) -> None:
    save_parts(tmp_path)
    vae, model = load_parts(tmp_path / "vae", tmp_path / "vocoder")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.25)
    vae.save_pretrained(tmp_path / "new")
    assert "_name_or_path" not in (tmp_path / "new" / "config.json").read_text()
    again, _ = load_parts(tmp_path / "new", tmp_path / "vocoder")
    torch.testing.assert_close(again.decoder.conv_in.weight, model.decoder.conv_in.weight)
    assert not torch.equal(again.encoder.conv_in.weight, again.encoder.conv_in.weight * 0 + 0.25)
