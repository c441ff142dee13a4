"""The cache of latents: of one training set and of one VAE."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from training_data import write_corpus

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.trainers.latents import load_or_make_latents
from qvim_studio.training.trainers.vae import make_vae


def save_vae(folder: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    make_vae((8, 8, 8)).save_pretrained(folder)
    return folder


def first_latents(corpus: Path, vae: Path, cache: Path) -> np.ndarray:
    return load_or_make_latents(load_corpus(corpus), vae, cache).items[0][0].latents


def test_a_vae_that_was_trained_since_encodes_again(tmp_path: Path) -> None:
    corpus, cache = write_corpus(tmp_path / "corpus", "tiny"), tmp_path / "latents.pt"
    old, new = (save_vae(tmp_path / f"vae{seed}", seed) for seed in (0, 1))
    made = first_latents(corpus, old, cache)
    written = cache.stat().st_mtime_ns
    assert np.array_equal(first_latents(corpus, old, cache), made)
    assert cache.stat().st_mtime_ns == written
    assert not np.allclose(first_latents(corpus, new, cache), made, atol=0.01)
    alone = first_latents(corpus, new, tmp_path / "other.pt")
    assert np.array_equal(first_latents(corpus, new, cache), alone)


def test_latents_of_another_training_set_are_refused(tmp_path: Path) -> None:
    vae, cache = save_vae(tmp_path / "vae", 0), tmp_path / "latents.pt"
    first_latents(write_corpus(tmp_path / "corpus", "tiny"), vae, cache)
    other = write_corpus(tmp_path / "other", "tiny", items=4)
    with pytest.raises(StudioError, match=r"another training set \(3 recordings, .* has 4\)"):
        first_latents(other, vae, cache)
