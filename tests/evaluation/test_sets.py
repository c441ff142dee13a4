"""Sets of imitations: what people made and what a program made are never mixed."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.evaluation.phrases import PHRASES
from qvim_studio.evaluation.sets import (
    Phrase,
    Query,
    References,
    held_out_sets,
    phrases_of,
    real_sets,
)
from qvim_studio.training.corpus.corpus import Corpus, CorpusItem, load_corpus
from qvim_studio.training.corpus.imitations import ImitationSet, TakeRows
from qvim_studio.training.corpus.labels import CLASSES, RULES
from qvim_studio.training.corpus.vocabulary import FURTHER_WORDS

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


def test_references_are_described_once_for_the_same_question() -> None:
    references = References((AudioClip.from_mono(np.ones(8, np.float32), 16_000),) * 2, ("a", "b"))
    asked: list[float] = []

    def describe(factor: float, clips: Sequence[AudioClip]) -> np.ndarray:
        asked.append(factor)
        return factor * np.ones((len(clips), 3))

    for factor in (2.0, 2.0, 5.0, 2.0):
        assert np.array_equal(references.described(describe, factor), np.full((2, 3), factor))
    assert asked == [2.0, 5.0]


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


def test_references_are_of_the_queries_whose_classes_they_have() -> None:
    clip = AudioClip.from_mono(np.ones(8, np.float32), 16_000)
    references = References((clip,) * 3, ("dog", "door", "wind"))
    queries = [Query("woof", clip, ("dog",)), Query("shh", clip, ("wind", "dog"))]
    assert references.are_of(queries).tolist() == [[True, False, False], [True, False, True]]


def test_people_and_renderer_are_sets_of_their_own(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path)
    rendered, people = held_out_sets(corpus, make_imitations(True, False, True, False))
    assert [query.name for query in rendered.queries] == ["sound 1", "sound 3"]
    assert [query.item for query in rendered.queries] == [0, 2]
    assert "synthetic" in rendered.origin
    assert [query.item for query in people.queries] == [1]
    assert people.queries[0].clip.samples.max() == 0.5
    assert people.references is rendered.references
    assert len(people.references.clips) == len(people.references.classes) == 3


def test_without_people_there_is_one_set(tmp_path: Path) -> None:
    (only,) = held_out_sets(make_corpus(tmp_path), make_imitations(False, False, False, False))
    assert only.name == "held-out" and len(only.queries) == 3


def test_every_take_of_a_person_is_a_query(tmp_path: Path) -> None:
    imitations = replace(
        make_imitations(True, False, True, False, False),
        rows=TakeRows(np.array([0, 1, 2, 4, 5])),
        is_real=np.array([False, False, True, True, False]),
    )
    rendered, people = held_out_sets(make_corpus(tmp_path), imitations)
    assert [query.item for query in rendered.queries] == [0, 2]
    assert [query.item for query in people.queries] == [1, 1]
    same = people.same_item()
    assert same is not None and same.tolist() == [[False, True, False]] * 2


def test_no_clip_for_held_out_sounds_starts_from_one_of_them(tmp_path: Path) -> None:
    rows = library_rows()
    shipped = [(row["label"], row["source"]) for row in (rows[3], rows[50], rows[90])]
    corpus = make_corpus(tmp_path)
    items = [
        replace(item, label=label, source=source)
        for item, (label, source) in zip(corpus.items[1:], shipped, strict=True)
    ]
    corpus = replace(corpus, items=(corpus.items[0], *items))
    for _ in range(2):  # the second time over the first
        (only,) = held_out_sets(corpus, make_imitations(False, False, False, False))
        folder = only.references.library
        assert folder is not None
        found = {path.name for path in folder.iterdir()}
        wanted = {row["file"] for row in rows if (row["label"], row["source"]) not in shipped}
        assert found == wanted
        assert len(rows) > len(found) > len(rows) - 10
    one = rows[0]["file"]
    assert (folder / one).read_bytes() == resource_path("library", one).read_bytes()
    assert (folder / one).stat().st_mtime == resource_path("library", one).stat().st_mtime


def write_real(folder: Path, **takes: tuple[str, str]) -> None:
    """Takes of three bursts of noise in two seconds: name → (label, split)."""
    times = np.arange(2 * 16_000) / 16_000
    noise = np.random.default_rng(0).normal(0.0, 0.2, len(times)) * (times % 0.7 < 0.2)
    with (folder / "manifest.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "label", "split"))
        for name, (label, split) in takes.items():
            soundfile.write(folder / f"{name}.wav", noise, 16_000)
            table.writerow((f"{name}.wav", label, split))


def test_mouths_that_imitate_are_apart_from_voices_that_are_themselves(tmp_path: Path) -> None:
    write_real(
        tmp_path,
        pop=("pop (mouth)", "voice_dev"),
        scream=("scream pain man", "voice_dev"),
        learned=("pop (mouth)", "train"),
        doubtful=("smooch (mouth)", "voice_dev"),
    )
    mouths, voices = real_sets(tmp_path, make_corpus(tmp_path))
    assert [query.name for query in mouths.queries] == [f"pop (mouth) {n}" for n in (1, 2, 3)]
    assert all(0.15 < query.clip.duration_s < 0.5 for query in mouths.queries)
    assert {query.classes for query in mouths.queries} == {("click",)}
    (scream,) = voices.queries
    assert scream.name == "scream pain man" and scream.classes == ("voice",)
    assert scream.clip.duration_s > 1.5
    assert mouths.references is voices.references
    assert len(mouths.references.clips) == 4


def test_a_folder_without_recordings_says_what_is_wanted(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path)
    with pytest.raises(StudioError, match=r"manifest\.csv, or leave --data out"):
        real_sets(tmp_path / "absent", corpus)


def test_phrases_name_every_class_and_none_is_written_in_training() -> None:
    assert PHRASES.keys() == set(CLASSES)
    spoken = [word.strip() for _, words, _ in RULES for word in words.split(",")]
    spoken += [word for words in FURTHER_WORDS.values() for word in words.split(", ")]
    texts = [text for texts in PHRASES.values() for text in texts]
    assert not set(texts) & {*spoken, *CLASSES}
    assert len(set(texts)) == len(texts)


def test_phrases_are_of_the_references_kinds() -> None:
    clip = AudioClip.from_mono(np.ones(8, np.float32), 16_000)
    phrases = phrases_of(References((clip,) * 3, ("wind", "anything", "wind")))
    assert phrases == [Phrase(text, ("wind",)) for text in PHRASES["wind"]]


def test_labels_are_the_classes_where_the_rules_know_but_one_kind(tmp_path: Path) -> None:
    (only,) = held_out_sets(make_corpus(tmp_path), make_imitations(False, False, False, False))
    assert only.references.classes == ("sound 1", "sound 2", "sound 3")
    assert [query.classes for query in only.queries] == [("sound 1",), ("sound 2",), ("sound 3",)]


def test_manifest_of_another_kind_says_which_columns_are_missing(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path)
    (tmp_path / "manifest.csv").write_text("path,label\na.wav,pop (mouth)\n")
    with pytest.raises(StudioError, match=r"manifest\.csv has no column split; it has path, label"):
        real_sets(tmp_path, corpus)
