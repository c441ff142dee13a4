"""Ranks on small exact inputs."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.training.loop.ranks import (
    bootstrap_interval,
    mean_reciprocal_rank,
    reciprocal_ranks,
)


def test_rank_is_that_of_the_best_relevant_item() -> None:
    similarity = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]])
    relevant = np.array([[False, True, True], [True, False, False]])
    assert reciprocal_ranks(similarity, relevant).tolist() == [0.5, 1.0]


def test_a_constant_similarity_earns_nothing() -> None:
    relevant = np.eye(4, dtype=bool)
    assert reciprocal_ranks(np.zeros((4, 4)), relevant).tolist() == [0.25] * 4


def test_mean_over_groups() -> None:
    items = np.eye(3)
    queries = np.array([[0.1, 0.9, 0.0], [0.0, 1.0, 0.2], [0.0, 0.0, 1.0]])
    groups = np.array([0, 1, 2])
    assert mean_reciprocal_rank(queries, items, groups) == pytest.approx((0.5 + 1 + 1) / 3)


def test_interval_holds_the_mean_and_shrinks_with_more_queries() -> None:
    values = np.random.default_rng(0).random(400)
    few, many = bootstrap_interval(values[:25]), bootstrap_interval(values)
    assert many[0] < values.mean() < many[1]
    assert many[1] - many[0] < few[1] - few[0]
