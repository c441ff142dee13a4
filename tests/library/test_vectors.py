from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from library_fixtures import add_clips

from qvim_studio.core.errors import OutputError
from qvim_studio.library.library import Library

DIM = 16


@pytest.fixture
def ids(library: Library, tmp_path: Path) -> list[int]:
    return add_clips(library, tmp_path / "out", variations=5)


def unit_vectors(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_nearest_are_those_of_the_plain_product(library: Library, ids: list[int]) -> None:
    vectors, query = unit_vectors(5), unit_vectors(1, seed=1)[0]
    library.vectors.add("enc", ids[:2], vectors[:2])
    library.vectors.add("enc", ids[2:], vectors[2:])
    order = np.argsort(-(vectors @ query))
    hits = library.nearest("enc", query, top=3)
    assert [entry.id for entry in hits] == [ids[i] for i in order[:3]]


def test_what_is_in_the_trash_or_left_out_is_not_found(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids, unit_vectors(5))
    library.sounds.trash(ids[:2])
    hits = library.nearest("enc", unit_vectors(1)[0], top=5, without=[ids[2]])
    assert {entry.id for entry in hits} == set(ids[3:])


def test_an_embedding_is_given_back_and_replaced(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids, unit_vectors(5))
    newer = unit_vectors(1, seed=9)
    library.vectors.add("enc", ids[3:4], newer)
    encoder_id, stored = library.vectors.of_sound(ids[3])
    assert encoder_id == "enc"
    np.testing.assert_array_equal(stored, newer[0])
    assert library.vectors.of_sound(99) is None


def test_places_of_deleted_sounds_are_used_again(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids[:3], unit_vectors(3))
    library.sounds.trash([ids[1]])
    library.sounds.empty_trash(older_than_s=0.0)
    library.vectors.add("enc", ids[3:], unit_vectors(2, seed=5))
    size = library.database.file.with_name("embeddings-enc.f32").stat().st_size
    assert size == 4 * DIM * 4
    hits = library.nearest("enc", unit_vectors(2, seed=5)[0], top=9)
    assert len(hits) == 4
    assert hits[0].id == ids[3]


def test_what_is_not_indexed_is_told_per_encoder(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids[:2], unit_vectors(2))
    names = [entry.path.name for entry in library.sounds.entries_of(ids)]
    assert list(library.vectors.missing("enc", 1)) == names[2:]
    assert list(library.vectors.missing("other", 1)) == names


def test_what_an_index_cut_short_has_lost_is_heard_again(
    library: Library, ids: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    library.vectors.add("enc", ids, unit_vectors(5))
    file = library.database.file.with_name("embeddings-enc.f32")
    file.write_bytes(file.read_bytes()[: 2 * DIM * 4 + 3])
    assert library.vectors.of_sound(ids[4]) is None
    assert {e.id for e in library.nearest("enc", unit_vectors(1)[0], top=5)} == set(ids[:2])
    assert "is damaged: 3 sounds are heard again" in caplog.text
    missing = list(library.vectors.missing("enc", 1))
    assert missing == [entry.path.name for entry in library.sounds.entries_of(ids[2:])]
    library.vectors.add("enc", ids[2:], unit_vectors(5)[2:])
    assert len(library.nearest("enc", unit_vectors(1)[0], top=5)) == 5


@pytest.mark.parametrize("damage", ["gone", "no dim", "another dim", "empty"])
def test_a_damaged_index_is_never_no_sounds_for_good(
    library: Library, ids: list[int], damage: str
) -> None:
    library.vectors.add("enc", ids, unit_vectors(5))
    file = library.database.file.with_name("embeddings-enc.f32")
    if damage == "gone":
        file.unlink()
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        file.with_suffix(".dim").write_text("8" if damage == "another dim" else "no number")
    assert library.nearest("enc", unit_vectors(1)[0], top=5) == []
    assert len(library.vectors.missing("enc", 1)) == 5
    library.vectors.add("enc", ids, unit_vectors(5))
    assert len(library.nearest("enc", unit_vectors(1)[0], top=5)) == 5


def test_values_that_are_no_numbers_are_passed_over(library: Library, ids: list[int]) -> None:
    vectors = unit_vectors(5)
    vectors[2] = np.nan
    library.vectors.add("enc", ids, vectors)
    found = {entry.id for entry in library.nearest("enc", unit_vectors(1)[0], top=5)}
    assert found == {*ids} - {ids[2]}


def test_a_query_of_another_length_finds_nothing(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids, unit_vectors(5))
    assert library.vectors.nearest("enc", np.ones(DIM + 1, np.float32), 3) == []


def test_the_most_similar_come_first_with_their_cosine(library: Library, ids: list[int]) -> None:
    vectors = unit_vectors(5)
    library.vectors.add("enc", ids, vectors)
    found = library.vectors.nearest("enc", vectors[2], 2)
    assert found[0] == (ids[2], pytest.approx(1.0, abs=1e-6))
    assert len(found) == 2 and found[0][1] > found[1][1]
    assert len(library.vectors.nearest("enc", vectors[2], 99)) == 5


def test_each_encoder_has_rows_of_its_own(library: Library, ids: list[int]) -> None:
    library.vectors.add("enc", ids[:2], unit_vectors(2))
    library.vectors.add("other", ids[2:3], np.ones((1, 3), np.float32))
    assert library.vectors.nearest("other", np.ones(3, np.float32), 9) == [(ids[2], 3.0)]
    assert {id_ for id_, _ in library.vectors.nearest("enc", unit_vectors(1)[0], 9)} == {*ids[:2]}


def test_an_index_that_cannot_be_written_is_a_sentence(library: Library, ids: list[int]) -> None:
    library.database.file.with_name("embeddings-enc.f32").mkdir()
    with pytest.raises(OutputError, match="Make room on the disk, then index again"):
        library.vectors.add("enc", ids, unit_vectors(5))
    assert library.vectors.of_sound(ids[0]) is None
