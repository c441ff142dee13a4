"""Ranks of relevant items among found items, for trainers to watch and the evaluation to report."""

from __future__ import annotations

import numpy as np

BOOTSTRAP_ROUNDS = 2000
CONFIDENCE = 0.95


def reciprocal_ranks(similarity: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """1 / rank of the best relevant item, (queries,).

    similarity, relevant: (queries, items), float and bool; every query has a relevant item. Of
    equally similar items the irrelevant ones come first, so that a constant scores nothing.
    """
    best = np.where(relevant, similarity, -np.inf).max(axis=1)
    ahead = (~relevant & (similarity >= best[:, None])).sum(axis=1)
    return 1.0 / (1 + ahead)


def mean_reciprocal_rank(queries: np.ndarray, items: np.ndarray, groups: np.ndarray) -> float:
    """Over unit embeddings (n, dim) of both sides, where those of one group, (n,), are relevant."""
    relevant = groups[:, None] == groups[None, :]
    return float(reciprocal_ranks(queries @ items.T, relevant).mean())


def bootstrap_interval(values: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of the mean of (n,) values. Source: Efron (1979)."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(values), size=(BOOTSTRAP_ROUNDS, len(values)))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(values[drawn].mean(axis=1), [tail, 100 - tail])
    return float(low), float(high)
