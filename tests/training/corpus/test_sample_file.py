"""Samples that are appended piece by piece are one array of numpy's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qvim_studio.training.corpus.sample_file import SampleFile


def test_pieces_are_read_as_one_array_from_the_positions_that_were_returned(tmp_path: Path) -> None:
    pieces = [np.linspace(-1, 1, count) for count in (3, 0, 70_000)]
    with SampleFile(tmp_path / "audio.npy") as file:
        starts = [file.append(piece) for piece in pieces]
    stored = np.load(tmp_path / "audio.npy", mmap_mode="r")
    assert starts == [0, 3, 3]
    assert stored.dtype == np.float16 and stored.shape == (70_003,)
    np.testing.assert_array_equal(stored, np.concatenate(pieces).astype(np.float16))


def test_a_set_without_samples_is_an_empty_array(tmp_path: Path) -> None:
    with SampleFile(tmp_path / "audio.npy"):
        pass
    assert np.load(tmp_path / "audio.npy").shape == (0,)
