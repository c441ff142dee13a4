"""Retrieval metrics, which show whether the right sounds are among the first results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.training.loop.ranks import bootstrap_interval


@dataclass(frozen=True)
class Score:
    """Mean over queries, its 95 % bootstrap interval, and the value of chance on the same set."""

    mean: float
    low: float
    high: float
    chance: float
    queries: int

    @classmethod
    def of(cls, values: np.ndarray, chance: np.ndarray, seed: int = 0) -> Score:
        """values, chance: (queries,), one metric and its expectation for a random order."""
        low, high = bootstrap_interval(values, seed)
        return cls(float(values.mean()), low, high, float(chance.mean()), len(values))


def ndcg(similarity: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Normalized discounted cumulative gain with binary relevance, (queries,), 0..1.

    Source: Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002).
    """
    order = np.argsort(-similarity, axis=1, kind="stable")
    gains = np.take_along_axis(relevant, order, axis=1)
    discounts = 1 / np.log2(np.arange(2, relevant.shape[1] + 2))
    ideal = np.cumsum(discounts)[relevant.sum(axis=1) - 1]
    return gains @ discounts / ideal


def chance_reciprocal_ranks(relevant: np.ndarray) -> np.ndarray:
    """Expected 1 / rank of the best relevant item when the order is random, (queries,).

    Exact: the first of n relevant items among N is at rank k with probability
    C(N - k, n - 1) / C(N, n).
    """
    items = relevant.shape[1]
    expected = {}
    for count in np.unique(relevant.sum(axis=1)):
        probability = count / items
        total = probability
        for rank in range(2, items - count + 2):
            probability *= (items - rank - count + 2) / (items - rank + 1)
            total += probability / rank
        expected[count] = total
    return np.array([expected[count] for count in relevant.sum(axis=1)])


def chance_ndcg(relevant: np.ndarray) -> np.ndarray:
    """Expected NDCG of a random order, (queries,)."""
    items = relevant.shape[1]
    counts = relevant.sum(axis=1)
    discounts = 1 / np.log2(np.arange(2, items + 2))
    return counts / items * discounts.sum() / np.cumsum(discounts)[counts - 1]
