"""Sets of imitations: what people made and what a program made are never mixed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from qvim_studio.evaluation.sets import held_out_sets
from qvim_studio.training.corpus import Corpus, CorpusItem, load_corpus
from qvim_studio.training.imitations import ImitationSet, TakeRows

LENGTH = 64


def make_corpus(folder: Path) -> Corpus:
    """A training sound and three held-out ones."""
    items = [
        CorpusItem(
            f"{i}.wav", f"sound {i}", "sfx", "s", "CC0", split, 8e3, True, i * LENGTH, LENGTH
        )
        for i, split in enumerate(["train", "held_out", "held_out", "held_out"])
    ]
    (folder / "index.json").write_text(json.dumps([vars(item) for item in items]))
    for rate in (16_000, 32_000):
        np.save(folder / f"audio_{rate}.npy", np.full(8 * LENGTH, 0.25, np.float16))
    return load_corpus(folder)


def make_imitations(*is_real: bool) -> ImitationSet:
    """One take of each of four items; people's are louder."""
    count = len(is_real)
    begins = np.arange(count) * LENGTH
    return ImitationSet(
        TakeRows(np.arange(count + 1)),
        np.stack([begins, begins + LENGTH], axis=1),
        np.array(is_real),
        rendered=np.full(count * LENGTH, 0.1, np.float16),
        recorded=np.full(count * LENGTH, 0.5, np.float16),
    )


def test_people_and_renderer_are_sets_of_their_own(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path)
    rendered, people = held_out_sets(corpus, make_imitations(True, False, True, False))
    assert [query.name for query in rendered.queries] == ["sound 1", "sound 3"]
    assert [query.item for query in rendered.queries] == [0, 2]
    assert "synthetic" in rendered.origin
    assert [query.item for query in people.queries] == [1]
    assert people.queries[0].clip.samples.max() == 0.5
    assert len(people.references) == len(rendered.references) == 3


def test_without_people_there_is_one_set(tmp_path: Path) -> None:
    (only,) = held_out_sets(make_corpus(tmp_path), make_imitations(False, False, False, False))
    assert only.name == "held-out" and len(only.queries) == 3
