"""Takes lie in the order of their items: people's where there are any, else rendered ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_data import write_corpus

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import (
    RECORDED_FILE,
    RENDERED_FILE,
    ImitationSet,
    TakeEntry,
    TakeRows,
    load_or_render,
    read_entries,
    take_rows,
    write_entries,
)


def write_takes(folder: Path) -> None:
    """Two takes by people of the middle one of three items, stored in the other order."""
    np.save(folder / RECORDED_FILE, np.arange(10, dtype=np.float16))
    write_entries([TakeEntry("b.wav", 1, 6, 4), TakeEntry("a.wav", 1, 0, 6)], folder)


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """Three items; the renders of the first and of the last are in the cache."""
    folder = write_corpus(tmp_path / "corpus", "space", length=800)
    write_takes(folder)
    audio = np.arange(100, 108, dtype=np.float16)
    np.savez(folder / RENDERED_FILE, audio=audio, starts=np.array([[0, 2, 3], [3, 7, 8]]))
    return folder


def test_an_item_has_the_takes_of_people_or_else_the_rendered_ones(corpus_folder: Path) -> None:
    takes = load_or_render(load_corpus(corpus_folder), renders=2)
    assert [takes.has_real(item) for item in range(3)] == [False, True, False]
    heard = [[takes.samples(item, take).tolist() for take in range(2)] for item in range(3)]
    assert heard == [
        [[100, 101], [102]],
        [[6, 7, 8, 9], [0, 1, 2, 3, 4, 5]],
        [[103, 104, 105, 106], [107]],
    ]
    assert takes.row(5).dtype == np.float32


def test_renders_of_another_corpus_are_refused_by_the_name_of_their_file(
    corpus_folder: Path,
) -> None:
    (corpus_folder / "takes.json").unlink()  # now all three items need renders
    with pytest.raises(StudioError, match=rf"{RENDERED_FILE} holds renders of 2 .* of 3\. Delete"):
        load_or_render(load_corpus(corpus_folder), renders=2)


def test_a_render_depends_on_its_seed_item_and_number_alone(tmp_path: Path) -> None:
    made = []
    for name, renders in (("one", 1), ("two", 2)):
        corpus = load_corpus(write_corpus(tmp_path / name, "space", items=2, length=800))
        made.append(load_or_render(corpus, renders))
    one, two = made
    for item in range(2):
        np.testing.assert_array_equal(one.samples(item, 0), two.samples(item, 0))
    assert not np.array_equal(two.samples(0, 0), two.samples(0, 1))


def test_a_take_is_drawn_from_its_own_item() -> None:
    rows = TakeRows(np.array([0, 1, 4]))
    drawn = rows.draw(np.array([0, 1] * 50), np.random.default_rng(0))
    assert set(drawn[::2].tolist()) == {0} and set(drawn[1::2].tolist()) == {1, 2, 3}
    assert [rows.count(0), rows.count(1)] == [1, 3]


def test_the_id_changes_with_the_place_and_with_the_origin_of_a_take() -> None:
    audio = np.zeros(4, np.float16)
    spans = np.array([[0, 2], [2, 4]])
    takes = ImitationSet(TakeRows(np.array([0, 2])), spans, np.zeros(2, bool), audio, audio)
    assert takes.id == replace(takes, spans=spans.copy()).id
    others = replace(takes, spans=spans + 1), replace(takes, is_real=np.array([True, False]))
    assert len({takes.id, *(other.id for other in others)}) == 3


def test_a_folder_without_a_list_has_no_takes_of_people(tmp_path: Path) -> None:
    assert read_entries(tmp_path) == []
    write_takes(tmp_path)
    assert [entry.path for entry in read_entries(tmp_path)] == ["b.wav", "a.wav"]
    assert json.loads((tmp_path / "takes.json").read_text())[0]["offset"] == 6


def test_equally_many_takes_of_every_item_need_no_table_of_rows() -> None:
    flat, rows = take_rows(np.arange(12).reshape(3, 2, 2), None)
    assert flat.shape == (6, 2)
    assert list(rows.of(2)) == [4, 5]
