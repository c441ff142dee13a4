"""The adapter's loss on exact inputs, and a short run that leaves what the UNet needs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import CorpusItem
from qvim_studio.training.corpus.imitations import TakeRows
from qvim_studio.training.trainers import adapter as adapter_training
from qvim_studio.training.trainers.adapter import PREDICTED_FILE, AdapterTraining, adapter_loss
from qvim_studio.training.trainers.targets import targets_path
from qvim_studio.voice.adapter import load_adapter

OPTIONS = AdapterTraining(clap_id="space", generator_id="maker", batch=8)
ITEMS = 16


def test_loss_equals_its_definition() -> None:
    made, targets = torch.eye(3), torch.eye(3)[[0, 2, 1]]
    loss, metrics = adapter_loss(made, targets, OPTIONS)
    logits = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]]) / OPTIONS.temperature
    contrast = -(logits.diagonal() - logits.logsumexp(dim=1)).mean()
    assert metrics["cosine"] == pytest.approx(1 / 3)
    assert metrics["structure"] == pytest.approx(0.0)
    assert loss.item() == pytest.approx(2 / 3 + OPTIONS.contrast * contrast.item(), rel=1e-5)


def test_collapse_onto_one_vector_costs_structure() -> None:
    made = torch.eye(4)[[0, 0, 0, 0]]
    _, metrics = adapter_loss(made, torch.eye(4), OPTIONS)
    assert metrics["structure"] == pytest.approx(12 / 16)


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    values = rng.standard_normal(shape)
    return (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.float32)


def test_imitations_of_an_item_are_repeated_where_others_have_more() -> None:
    rows = TakeRows(np.array([0, 2, 5]))
    made = np.arange(5.0)[:, None]
    by_item = adapter_training._by_item(made, rows)
    assert by_item[..., 0].tolist() == [[0, 1, 0], [2, 3, 4]]


def write_corpus(folder: Path) -> None:
    items = [
        CorpusItem(f"{i}.wav", "x", "sfx", "s", "CC0", split, 8e3, True, 0, 2, f"thing {i}")
        for i, split in enumerate(["train"] * (ITEMS - 4) + ["held_out"] * 4)
    ]
    (folder / "index.json").write_text(json.dumps([vars(item) for item in items]))
    for rate in (16_000, 32_000):
        np.save(folder / f"audio_{rate}.npy", np.zeros(2, np.float16))
    rng = np.random.default_rng(0)
    null = unit(rng, 512)
    tower_embedding = {"embeddings": unit(rng, ITEMS, 512), "voices": unit(rng, 2 * ITEMS, 512)}
    np.savez(targets_path(folder, "space"), **tower_embedding, null=null)
    np.savez(
        folder / "embeddings.npz",
        voices=unit(rng, ITEMS, 2, 960),
        sounds=unit(rng, ITEMS, 960),
        encoder_id="abc",
    )


def test_run_leaves_a_bound_adapter_and_conditions_for_every_imitation(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    adapter_training.run(tmp_path, tmp_path / "run", 1e-4, tmp_path / "embeddings.npz", OPTIONS)
    predicted = np.load(tmp_path / "run" / PREDICTED_FILE)
    assert predicted.shape == (ITEMS, 2, 512)
    np.testing.assert_allclose(np.linalg.norm(predicted, axis=-1), 1, atol=1e-4)
    adapter, binding = load_adapter(tmp_path / "run" / "adapter")
    assert adapter.memory_embeddings.shape == (ITEMS - 4, 960)  # the training sounds alone
    assert (binding.encoder_id, binding.clap_id, binding.generator_id) == ("abc", "space", "maker")
    assert binding.hears and adapter.hears


def test_targets_of_other_imitations_are_refused(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    path = targets_path(tmp_path, "space")
    with np.load(path) as stored:
        arrays = dict(stored)
    file = tmp_path / "embeddings.npz"
    np.savez(path, **(arrays | {"voices": arrays["voices"][:-1]}))
    with pytest.raises(StudioError, match="holds 32 imitations, the targets 31"):
        adapter_training.run(tmp_path, tmp_path / "run", 1e-4, file, OPTIONS)
    del arrays["voices"]
    np.savez(path, **arrays)
    with pytest.raises(StudioError, match="train targets"):
        adapter_training.run(tmp_path, tmp_path / "run", 1e-4, file, OPTIONS)
