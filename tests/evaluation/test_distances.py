"""Distances between sets of embeddings: zero for one distribution, large for another."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from qvim_studio.evaluation import distances
from qvim_studio.evaluation.distances import (
    class_centroids,
    class_divergence,
    frechet_distance,
    kernel_distance,
)


def cloud(center: float, seed: int, count: int = 300) -> np.ndarray:
    return np.random.default_rng(seed).normal(center, 1.0, (count, 4))


def test_frechet_distance_of_shifted_gaussians_is_the_squared_shift() -> None:
    assert frechet_distance(cloud(0, 0), cloud(0, 0)) == pytest.approx(0.0, abs=1e-6)
    assert frechet_distance(cloud(0, 0), cloud(3, 1)) == pytest.approx(4 * 9, rel=0.1)


def test_frechet_distance_is_the_one_by_the_root_of_the_covariances() -> None:
    first, second = cloud(0, 0), cloud(1, 1) * [1.0, 2.0, 0.5, 3.0] @ cloud(0, 2, 4)
    one, other = (distances._covariance(rows) for rows in (first, second))
    shift = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    spread = np.trace(one + other - 2 * np.real(scipy.linalg.sqrtm(one @ other)))
    assert spread > 1.0
    assert frechet_distance(first, second) == pytest.approx(shift + spread, rel=1e-9)


def test_frechet_distance_of_equal_sounds_is_a_number() -> None:
    assert frechet_distance(np.ones((3, 4)), np.zeros((3, 4))) == pytest.approx(4.0)


def test_kernel_distance_sees_another_distribution() -> None:
    assert abs(kernel_distance(cloud(0, 0), cloud(0, 1))) < 10
    assert kernel_distance(cloud(0, 0), cloud(2, 1)) > 200


def test_divergence_is_zero_for_the_same_classes_only() -> None:
    names, centroids = class_centroids(np.eye(4)[[0, 0, 1, 2]], ("a", "a", "b", "c"))
    assert names == ("a", "b", "c")
    pairs = np.eye(4)[[0, 1]]
    assert class_divergence(pairs, pairs, centroids) == pytest.approx(0.0, abs=1e-9)
    assert class_divergence(pairs[::-1], pairs, centroids) > 1.0
