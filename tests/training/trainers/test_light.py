"""The light decoder's training: it learns what a VAE says of latents, and the VAE stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from training_data import write_corpus

from qvim_studio.families.audioldm.light_vae import LIGHT_VAE_FOLDER, load_light_vae, make_light_vae
from qvim_studio.networks.mel import HOP, MelSpectrogram
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.trainers.light import LightTraining, light_loss, run
from qvim_studio.training.trainers.vae import make_vae

OPTIONS = LightTraining(crop_frames=32, batch=2)


def noise_mel(frames: int) -> torch.Tensor:
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (2, frames * HOP))
    return MelSpectrogram()(torch.from_numpy(samples.astype(np.float32)))


def test_it_learns_and_the_vae_does_not() -> None:
    torch.manual_seed(0)
    vae, light = make_vae((8, 8, 8)).requires_grad_(False), make_light_vae(8)
    log_mel = noise_mel(32)
    optimizer = torch.optim.Adam(light.decoder.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss, _ = light_loss(light, vae, log_mel, OPTIONS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
    assert all(parameter.grad is None for parameter in vae.parameters())


def test_what_it_leaves_is_loaded_by_a_checkpoint(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", "tiny-clap")
    index = corpus / "index.json"
    index.write_text(index.read_text().replace('"train"', '"held_out"', 1))
    make_vae((8, 8, 8)).save_pretrained(tmp_path / "vae")
    options = LightTraining(crop_frames=32, batch=2, loop=LoopOptions(warmup_steps=1))
    run(corpus, tmp_path / "light", 1e-4, tmp_path / "vae", options)
    assert load_light_vae(tmp_path / "light", "cpu") is not None
    assert (tmp_path / "light" / LIGHT_VAE_FOLDER / "config.json").is_file()
    header, *rows = (tmp_path / "light" / "validation.csv").read_text().splitlines()
    assert header == "step,held_out_db,held_out_own_db" and len(rows) == 1
