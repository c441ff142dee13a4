"""The text tower: its tokenizer, and short runs that transformers can load."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest
import torch

from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.training.corpus.captions import CaptionWriter
from qvim_studio.training.corpus.corpus import CorpusItem, load_corpus
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.trainers import clap
from qvim_studio.training.trainers.clap import ClapTraining, FreeTexts, as_right, make_tokenizer
from qvim_studio.training.trainers.meanings import Meanings

from transformers import (  # isort: skip
    AutoTokenizer,
    ClapTextModelWithProjection,
)


class Letters:
    """Texts are near that share letters."""

    words = ("dogs", "xylophone", "gunner", "zzz")

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.array([[text.count(letter) for letter in ascii_lowercase] for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


LABELS = ("shotgn", "dog", "heavy laser~", "dorcls")


def test_case_and_place_of_a_word_mean_nothing(tmp_path: Path) -> None:
    make_tokenizer(["dog bark", "wood"], tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    first, second = (tokenizer(text)["input_ids"] for text in ("Dog BARK", "bark dog"))
    assert first[0] == second[0] == tokenizer.bos_token_id
    assert first[-1] == second[-1] == tokenizer.eos_token_id
    assert first[1:-1] == second[2:-1] + second[1:2]
    decoded = tokenizer.decode(tokenizer("Müll!")["input_ids"], skip_special_tokens=True)
    assert decoded.strip() == "müll!"
    assert tokenizer.pad_token_id == 1  # as the tower's positions count it


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


def read_words(run_folder: Path, texts: list[str]) -> np.ndarray:
    """What the tower that a run left makes of texts, unit vectors (texts, 512)."""
    tokenizer = AutoTokenizer.from_pretrained(run_folder / "tokenizer")
    tower = ClapTextModelWithProjection.from_pretrained(run_folder / "text_encoder")
    tokens = tokenizer(texts, return_tensors="pt", padding=True)
    with torch.no_grad():
        embeds = tower.float()(**tokens).text_embeds
    return torch.nn.functional.normalize(embeds, dim=-1).numpy()


def test_run_leaves_a_tower_and_a_tokenizer_that_transformers_loads(corpus_folder: Path) -> None:
    run_folder = corpus_folder / "run"
    options = ClapTraining(width=32, layers=1, batch=4, free_batch=4, free_texts=20)
    clap.run(corpus_folder, run_folder, 1e-4, Letters(), options)
    embeds = read_words(run_folder, ["dog bark", ""])
    assert embeds.shape == (2, 512)
    assert np.isfinite(embeds).all()


def test_what_other_words_mean_is_learned(
    corpus_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slang(Letters):
        words = ("qqq",)

        def embed(self, texts: Sequence[str]) -> np.ndarray:
            return super().embed([text.replace("qqq", "dog") for text in texts])

    run = clap.Trainer.run
    monkeypatch.setattr(
        clap.Trainer, "run", lambda *given, **hooks: run(*given, **hooks, max_steps=100)
    )
    options = ClapTraining(
        width=32,
        layers=1,
        batch=4,
        free_batch=4,
        free_texts=20,
        loop=LoopOptions(learning_rate=1e-2, warmup_steps=1),
    )
    clap.run(corpus_folder, corpus_folder / "run", 9.0, Slang(), options)
    (embedding,) = read_words(corpus_folder / "run", ["qqq"])
    dog = np.load(corpus_folder / "targets.npz")["embeddings"][LABELS.index("dog")]
    assert embedding @ dog > 0.85


def test_what_was_learned_keeps_its_tokens(corpus_folder: Path) -> None:
    options = ClapTraining(width=32, layers=1, batch=4, free_batch=4, free_texts=20)
    tokens = []
    for label in ("dog", "helicopter"):
        index = (corpus_folder / "index.json").read_text()
        (corpus_folder / "index.json").write_text(index.replace('"dog"', f'"{label}"'))
        clap.run(corpus_folder, corpus_folder / "run", 1e-4, Letters(), options)
        tokens.append((corpus_folder / "run" / "tokenizer" / "tokenizer.json").read_bytes())
    assert tokens[0] == tokens[1]


def test_free_texts_are_words_and_drawn_ones_and_silent_ones_come_as_often_as_asked() -> None:
    writer, letters = CaptionWriter([("dog", "s"), ("shotgn", "s")]), Letters()
    targets, null = np.eye(3, dtype=np.float32)[:2], np.eye(3, dtype=np.float32)[2]
    meanings = Meanings(letters, [("dog",), ("gun",)], targets, null)
    options = ClapTraining(free_texts=50, word_share=0.15, silent_share=0.25)
    free = FreeTexts(writer, letters, meanings, null, options)
    assert free.texts[:4] == list(letters.words)
    assert len(free.texts) == 54
    assert len(set(free.texts)) > 40
    assert {"dogs", "gunner"} <= set(free.telling_words)
    assert "zzz" not in free.telling_words
    is_silent = free.targets @ null > 0.7
    assert is_silent.any()
    assert free.odds[is_silent].sum() == pytest.approx(0.25)
    assert free.odds[:4][~is_silent[:4]].sum() == pytest.approx(0.15)
    assert free.odds[4:][~is_silent[4:]].sum() == pytest.approx(0.6)
    assert free.targets[0] @ targets[0] > 0.9


def test_names_of_bundled_sounds_that_the_corpus_lacks_are_learned_too(corpus_folder: Path) -> None:
    assert clap.sounds_of_the_library(load_corpus(corpus_folder))[0] == []  # nothing can hear them
    shutil.copytree(resource_path("starter", "audio_tower"), corpus_folder / "audio_tower")
    rows = library_rows()
    items = json.loads((corpus_folder / "index.json").read_text())
    known = [
        items[i % 12] | {"label": row["label"], "source": row["source"]}
        for i, row in enumerate(rows[6:])
    ]
    (corpus_folder / "index.json").write_text(json.dumps([*items, *known]))
    labels, targets = clap.sounds_of_the_library(load_corpus(corpus_folder))
    wanted = {(row["label"], row["source"]) for row in rows} - {
        (one["label"], one["source"]) for one in known
    }
    assert 4 < len(wanted) <= 6
    assert set(labels) == wanted
    assert targets.shape == (len(labels), 512)
    assert np.allclose(np.linalg.norm(targets, axis=1), 1.0, atol=1e-5)
    assert not np.allclose(targets[0], targets[1], atol=0.01)
    (corpus_folder / "index.json").write_text(
        json.dumps(
            items * 2
            + [items[0] | {"label": row["label"], "source": row["source"]} for row in rows]
        )
    )
    assert clap.sounds_of_the_library(load_corpus(corpus_folder))[1].shape == (0, 512)


def test_answers_as_right_as_ones_own_are_no_wrong_ones() -> None:
    fits = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1]]).bool()
    is_unknown = torch.tensor([False, False, True, True])
    assert as_right(fits, is_unknown).tolist() == [
        [False, True, False, False],
        [True, False, False, False],
        [False, False, False, True],
        [False, False, True, False],
    ]
