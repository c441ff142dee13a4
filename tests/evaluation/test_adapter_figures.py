"""The adapter's figures: of what both ears hear, against the references' places in the space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear
from training_data import unit, write_pairs

from qvim_studio.core.request import VramMode
from qvim_studio.evaluation.command import adapter_figures
from qvim_studio.evaluation.evaluate import evaluate_adapter
from qvim_studio.families.audioldm.loaded import load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.voice.adapter import Adapter


@torch.no_grad()
def test_adapter_that_says_the_targets_is_perfect() -> None:
    rng = np.random.default_rng(0)
    adapter = Adapter(hears=True)
    voices, tower_embedding = unit(rng, 6, 960), unit(rng, 6, 512)
    targets = adapter(torch.from_numpy(voices), torch.from_numpy(tower_embedding)).numpy()
    figures = evaluate_adapter(adapter, voices, tower_embedding, targets)
    assert figures["cosine"] == pytest.approx(1.0, abs=1e-4)
    assert figures["item_mrr"]["mean"] == 1.0
    assert figures["structure"] == pytest.approx(1.0, abs=1e-4)
    assert evaluate_adapter(adapter, voices, unit(rng, 6, 512), targets)["cosine"] < 0.9


@pytest.mark.parametrize("hears", [True, False])
def test_figures_are_of_the_held_out_imitations(tmp_path: Path, hears: bool) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny")
    if hears:
        give_second_ear(folder)
    checkpoint = find_checkpoint(str(folder))
    loaded = load_checkpoint(checkpoint, plan_for(checkpoint, VramMode.CPU))
    assert adapter_figures(loaded, tmp_path / "corpus") == {}
    build_corpus([write_pairs(tmp_path, references=24, takes=1)], tmp_path / "corpus")
    items = len(load_corpus(tmp_path / "corpus").items)
    targets = unit(np.random.default_rng(0), items, 512)
    np.savez(tmp_path / "corpus" / "targets.npz", embeddings=targets)
    figures = adapter_figures(loaded, tmp_path / "corpus")["adapter"]
    assert figures["item_mrr"]["queries"] == len(
        load_corpus(tmp_path / "corpus").indices("held_out")
    )
    assert -1.0 <= figures["cosine"] <= 1.0
