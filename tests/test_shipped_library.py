"""The sound library as it ships: many kinds, each sound once, credited, heard and small enough."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import soundfile

from qvim_studio.core.program.resources import BUNDLED_INDEX_FILE, library_rows, resource_path
from qvim_studio.export.ucs.categories import find_category
from qvim_studio.training.corpus.labels import KINDS
from qvim_studio.training.sound_library.bundled import LIBRARY_COLUMNS, MAX_LIBRARY_BYTES
from qvim_studio.training.sound_library.credits import is_free, is_permissive
from qvim_studio.voice.hearing import program_hearing

FOLDER = resource_path("library")
ROWS = library_rows()


def test_library_has_a_thousand_sounds_of_a_hundred_kinds() -> None:
    assert len(ROWS) >= 1_000
    kinds = {row["kind"] for row in ROWS}
    assert len(kinds) >= 100
    assert kinds <= set(KINDS)


def test_library_stays_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MAX_LIBRARY_BYTES
    assert (FOLDER / BUNDLED_INDEX_FILE).stat().st_size <= 6 * 2**20


def test_every_sound_has_all_that_is_told_of_it() -> None:
    assert tuple(ROWS[0]) == LIBRARY_COLUMNS
    for row in ROWS:
        assert all(value for name, value in row.items() if name != "author"), row
        assert row["author"] or is_free(row["licence"]), row
        assert is_permissive(row["licence"]), row
        assert find_category(row["ucs"])


def test_no_sound_comes_twice() -> None:
    hashes = [hashlib.sha256((FOLDER / row["file"]).read_bytes()).hexdigest() for row in ROWS]
    assert len(set(hashes)) == len(ROWS)
    assert len({row["recording"] for row in ROWS}) == len(ROWS)
    assert len({row["file"] for row in ROWS}) == len(ROWS)


def test_sounds_keep_their_bandwidth() -> None:
    of_packages = [row["file"] for row in ROWS if row["recording"].startswith("registry/")]
    rates = np.array([soundfile.info(FOLDER / name).samplerate for name in of_packages])
    assert rates.max() == 48_000
    assert (rates >= 44_100).mean() > 0.8


@pytest.mark.parametrize("row", ROWS[::50], ids=lambda row: row["file"])
def test_sound_is_audible_unclipped_and_starts_and_ends_without_a_click(
    row: dict[str, str],
) -> None:
    samples, rate = soundfile.read(FOLDER / row["file"])
    assert samples.ndim == 1 and 0 < len(samples) <= 8.1 * rate
    assert 0.05 < np.abs(samples).max() < 0.9
    assert np.sqrt(np.mean(samples**2)) > 1e-3
    assert max(abs(samples[0]), abs(samples[-1])) < 0.05


def test_index_is_of_every_sound_and_of_the_shipped_ears() -> None:
    with np.load(FOLDER / BUNDLED_INDEX_FILE) as stored:
        assert set(stored["names"].tolist()) == {row["file"] for row in ROWS}
        assert str(stored["encoder_id"]) == program_hearing().encoder_id
        assert np.isfinite(stored["embeddings"]).all()
