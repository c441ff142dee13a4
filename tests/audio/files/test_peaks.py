from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.files.peaks import PeakPyramid, overview


@pytest.mark.parametrize("count", [1, 7, 100, 333])
@pytest.mark.parametrize("frames", [5, 1000, 48_000])
def test_columns_hold_every_extreme_and_invent_none(frames: int, count: int) -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, frames).astype(np.float32)
    columns = PeakPyramid(samples).columns(0, frames, count)
    assert columns.shape == (count, 2)
    assert columns[:, 0].min() == samples.min()
    assert columns[:, 1].max() == samples.max()
    edges = np.linspace(0, frames, count + 1)
    for index in range(count):
        inside = samples[int(edges[index]) : max(int(np.ceil(edges[index + 1])), 1)]
        assert columns[index, 0] <= inside.min()
        assert columns[index, 1] >= inside.max()


def test_one_loud_sample_is_seen_at_its_place_at_every_zoom() -> None:
    samples = np.zeros(100_000, dtype=np.float32)
    samples[70_000] = 1.0
    pyramid = PeakPyramid(samples)
    for count in (10, 100, 1000):
        columns = pyramid.columns(0, 100_000, count)
        near = np.flatnonzero(columns[:, 1])
        assert abs(near - 0.7 * count).min() < 1
        assert len(near) <= 3


def test_columns_outside_the_sound_are_flat() -> None:
    pyramid = PeakPyramid(np.ones(1024, dtype=np.float32))
    columns = pyramid.columns(-1024, 2048, 3)
    assert columns[0].tolist() == [0, 0]
    assert columns[1].tolist() == [1, 1]
    assert columns[2].tolist() == [0, 0]


def test_an_empty_sound_is_flat() -> None:
    assert PeakPyramid(np.zeros(0, dtype=np.float32)).columns(0, 10, 4).tolist() == [[0, 0]] * 4


def test_an_overview_reaches_full_height() -> None:
    samples = 0.01 * np.sin(np.arange(1000, dtype=np.float32))
    columns = overview(samples, 20)
    assert np.abs(columns).max() == pytest.approx(1.0)
    assert overview(np.zeros(100, dtype=np.float32), 20).max() == 0.0


@pytest.mark.parametrize("width", [1, 3, 32, 255, 256, 1024, 4096])
def test_columns_of_whole_blocks_hold_exactly_their_own_extremes(width: int) -> None:
    samples = np.random.default_rng(2).uniform(0.1, 1, 3 * 4096).astype(np.float32)
    begin = 4096
    columns = PeakPyramid(samples).columns(begin, begin + 2 * width, 2)
    parts = samples[begin : begin + 2 * width].reshape(2, width)
    np.testing.assert_array_equal(columns, np.stack([parts.min(axis=1), parts.max(axis=1)], axis=1))


def test_wide_columns_reach_at_most_an_eighth_over_their_edges() -> None:
    samples = np.arange(20_000, dtype=np.float32)
    pyramid = PeakPyramid(samples)
    for width in (256.0, 1_000.0, 1_024.0, 3_000.0):
        for low, high in pyramid.columns(5_001.0, 5_001.0 + width, 1):
            assert 5_001 - width / 8 <= low <= 5_001
            assert 5_000 + width <= high <= 5_001 + width * 9 / 8
