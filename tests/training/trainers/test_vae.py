"""The VAE's training goes on with the weights that it finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from qvim_studio.training.corpus.corpus import CorpusItem
from qvim_studio.training.trainers import vae
from qvim_studio.training.trainers.vae import VaeTraining, make_vae

OPTIONS = VaeTraining(channels=(8, 8, 8), crop_frames=32, batch=2)
LENGTH = 32_000


def write_corpus(folder: Path) -> None:
    items = [
        CorpusItem(f"{i}.wav", f"{i}", "sfx", "s", "CC0", split, 8e3, True, i * LENGTH, LENGTH)
        for i, split in enumerate(["train", "held_out"])
    ]
    (folder / "index.json").write_text(json.dumps([vars(item) for item in items]))
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 2 * LENGTH).astype(np.float16)
    for rate in (16_000, 32_000):
        np.save(folder / f"audio_{rate}.npy", noise)


def test_it_begins_with_restored_weights(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    run_folder = tmp_path / "run"
    torch.manual_seed(7)
    restored = make_vae(OPTIONS.channels).half()
    restored.save_pretrained(run_folder / "vae")
    vae.run(tmp_path, run_folder, 1e-9, OPTIONS)
    trained = vae.AutoencoderKL.from_pretrained(run_folder / "vae", local_files_only=True)
    for name, weight in restored.state_dict().items():
        torch.testing.assert_close(trained.state_dict()[name].half(), weight, atol=1e-3, rtol=0)
    assert trained.config.scaling_factor != restored.config.scaling_factor  # of these sounds
