"""The text tower's texts, its tokenizer, and a short run that transformers can load."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.models.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.training import clap
from qvim_studio.training.clap import ClapTraining, text_of
from qvim_studio.training.corpus import CorpusItem

from transformers import (  # isort: skip
    AutoTokenizer,
    ClapTextModelWithProjection,
)

LABELS = ("shotgn", "dog", "heavy laser~", "dorcls")


def test_texts_are_made_of_the_words_or_the_label() -> None:
    rng = np.random.default_rng(0)
    texts = [text_of("heavy laser~", "laser, zap, pew", rng) for _ in range(200)]
    assert len(set(texts)) > 20
    assert all(any(w in t.lower() for w in ("laser", "zap", "pew")) for t in texts)
    assert not any("~" in text for text in texts)


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    items = [
        CorpusItem(f"{i}.wav", LABELS[i % 4], "sfx", "s", "CC0", "train", 8e3, True, 0, 2)
        for i in range(12)
    ]
    (tmp_path / "index.json").write_text(json.dumps([vars(item) for item in items]))
    for rate in (16_000, 32_000):
        np.save(tmp_path / f"audio_{rate}.npy", np.zeros(2, np.float16))
    targets = np.eye(4, 512, dtype=np.float32)[np.arange(12) % 4]
    null = np.full(512, 512**-0.5, np.float32)
    np.savez(tmp_path / "targets.npz", embeddings=targets, null=null)
    return tmp_path


def test_run_leaves_a_tower_and_a_tokenizer_that_transformers_loads(corpus_folder: Path) -> None:
    run_folder = corpus_folder / "run"
    clap.run(corpus_folder, run_folder, 1e-4, ClapTraining(width=32, layers=1, batch=4))
    tokenizer = AutoTokenizer.from_pretrained(run_folder / "tokenizer")
    tower = ClapTextModelWithProjection.from_pretrained(run_folder / "text_encoder")
    tokens = tokenizer(["dog bark", ""], return_tensors="pt", padding=True)
    with torch.no_grad():
        embeds = tower.float()(**tokens).text_embeds
    assert embeds.shape == (2, 512)
    assert torch.isfinite(embeds).all()
    assert tokenizer.decode(tokenizer("dog bark")["input_ids"], skip_special_tokens=True) == (
        "dog bark"
    )
