"""Retrieval metrics against their definitions, and chance against many random orders."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.evaluation.retrieval import (
    Score,
    chance_ndcg,
    chance_reciprocal_ranks,
    ndcg,
)
from qvim_studio.training.loop.ranks import reciprocal_ranks

RELEVANT = np.array([[True, False, False, True, False, False, False]])


def random_orders(rounds: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    similarity = np.random.default_rng(0).random((rounds, RELEVANT.shape[1]))
    return similarity, np.repeat(RELEVANT, rounds, axis=0)


def test_ndcg_of_a_known_order() -> None:
    similarity = np.array([[0.9, 0.8, 0.7, 0.6, 0.1, 0.1, 0.1]])
    wanted = (1 + 1 / np.log2(5)) / (1 + 1 / np.log2(3))
    assert ndcg(similarity, RELEVANT)[0] == pytest.approx(wanted)


def test_chance_is_the_mean_over_random_orders() -> None:
    similarity, relevant = random_orders()
    found = reciprocal_ranks(similarity, relevant).mean()
    assert chance_reciprocal_ranks(RELEVANT)[0] == pytest.approx(found, rel=0.03)
    assert chance_ndcg(RELEVANT)[0] == pytest.approx(ndcg(similarity, relevant).mean(), rel=0.03)


def test_chance_of_one_right_answer_is_the_harmonic_mean() -> None:
    one = np.eye(5, dtype=bool)[:1]
    assert chance_reciprocal_ranks(one)[0] == pytest.approx(sum(1 / k for k in range(1, 6)) / 5)


def test_score_counts_its_queries() -> None:
    score = Score.of(np.array([1.0, 0.5]), np.array([0.2, 0.4]))
    assert (score.mean, score.queries) == (0.75, 2)
    assert score.chance == pytest.approx(0.3)
