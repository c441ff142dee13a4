"""The listener's training: it learns to tell sounds apart through noise, and leaves its part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from training_data import hold_out_first, write_corpus

from qvim_studio.families.audioldm.listener import LatentListener, ListenerConfig
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.trainers.listener import ListenerTraining, noised_likeness, run
from qvim_studio.training.trainers.unet import UnetTraining, make_training_scheduler
from qvim_studio.training.trainers.vae import make_vae

TINY = ListenerConfig(channels=16, blocks=2, directions=1)


def test_it_learns_to_hear_through_noise() -> None:
    torch.manual_seed(0)
    targets = torch.nn.functional.normalize(torch.randn(4, 512), dim=-1)
    latents = torch.randn(4, 8, 8, 16)
    listener = LatentListener(ListenerConfig(channels=16, blocks=2, directions=3))
    listener.know(targets)
    levels = make_training_scheduler().alphas_cumprod
    steps = torch.full((4,), 300)
    optimizer = torch.optim.Adam(listener.parameters(), lr=1e-2)
    likeness = []
    for _ in range(40):
        cosine = noised_likeness(listener, levels, latents, steps, targets)
        optimizer.zero_grad()
        (1.0 - cosine).backward()
        optimizer.step()
        likeness.append(cosine.item())
    assert likeness[0] < 0.4 and np.mean(likeness[-5:]) > 0.8


def test_what_it_leaves_is_loaded_and_trained_on(tmp_path: Path) -> None:
    corpus = hold_out_first(write_corpus(tmp_path / "corpus", "tiny-clap"))
    targets = np.eye(3, 512, dtype=np.float32)
    np.savez(corpus / "targets.npz", embeddings=targets, null=targets[0])
    make_vae((8, 8, 8)).save_pretrained(tmp_path / "vae")
    options = ListenerTraining(
        config=TINY,
        crops=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=16),
        loop=LoopOptions(warmup_steps=1),
    )
    folder = tmp_path / "listener"
    for _ in range(2):
        run(corpus, folder, 1e-4, tmp_path / "vae", tmp_path / "latents.pt", options)
    assert LatentListener.from_pretrained(folder / "listener").config == TINY
    header, first, second = (folder / "validation.csv").read_text().splitlines()
    assert header.split(",")[1:] == [f"held_out_likeness_{step}" for step in (0, 400, 800)]
    assert int(second.split(",")[0]) > int(first.split(",")[0])
