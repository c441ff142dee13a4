"""Distances between sets of embeddings, which are comparable only for the same embedding."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.special
from scipy.spatial.distance import cdist, pdist

COVARIANCE_SHRINKAGE = 0.1  # towards its mean variance, because sets are smaller than the dimension
POSTERIOR_TEMPERATURE = 0.1


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """The Fréchet distance of Gaussians fitted to (n, dim) and (m, dim), with shrunk covariances.

    Source: Kilgour et al., "Fréchet audio distance" (2019).
    """
    means = first.mean(axis=0), second.mean(axis=0)
    covariances = [_covariance(side) for side in (first, second)]
    spread = np.trace(covariances[0] + covariances[1]) - 2 * _trace_of_root(*covariances)
    return float(np.square(means[0] - means[1]).sum() + max(spread, 0.0))


def _trace_of_root(first: np.ndarray, second: np.ndarray) -> float:
    """The trace of the square root of the product of two covariances, by eigenvalues. The product
    is similar to the symmetric √first · second · √first; a root of the product itself takes far
    longer."""
    variances, axes = scipy.linalg.eigh(first)
    root = (axes * np.sqrt(variances.clip(min=0.0))) @ axes.T
    squares = scipy.linalg.eigvalsh(root @ second @ root)
    return float(np.sqrt(squares.clip(min=0.0)).sum())


def kernel_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy, Gaussian kernel of the median distance, × 1000.

    May be slightly negative for equal distributions. Source: Chung et al., "KAD: No more FAD!"
    (2025).
    """
    bandwidth = float(np.median(pdist(second)))
    within = [_mean_kernel(side, bandwidth) for side in (first, second)]
    between = np.exp(-cdist(first, second, "sqeuclidean") / (2 * bandwidth**2)).mean()
    return float(1000 * (sum(within) - 2 * between))


def class_divergence(made: np.ndarray, wanted: np.ndarray, centroids: np.ndarray) -> float:
    """Mean KL(wanted ‖ made), nats, of the class posteriors of pairs (n, dim).

    centroids: (classes, dim); a posterior is the softmax of the cosines to them, over 0.1.
    """
    log_made, log_wanted = (_log_posterior(side, centroids) for side in (made, wanted))
    return float((np.exp(log_wanted) * (log_wanted - log_made)).sum(axis=1).mean())


def class_centroids(
    embeddings: np.ndarray, classes: tuple[str, ...]
) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and unit mean embeddings (names, dim) of every class."""
    names = tuple(sorted(set(classes)))
    labels = np.array(classes)
    means = np.stack([embeddings[labels == name].mean(axis=0) for name in names])
    return names, means / np.linalg.norm(means, axis=1, keepdims=True)


def _covariance(rows: np.ndarray) -> np.ndarray:
    covariance = np.cov(rows, rowvar=False)
    mean_variance = np.trace(covariance) / len(covariance)
    shrunk = (1 - COVARIANCE_SHRINKAGE) * covariance
    return shrunk + COVARIANCE_SHRINKAGE * mean_variance * np.eye(len(covariance))


def _mean_kernel(rows: np.ndarray, bandwidth: float) -> float:
    return float(np.exp(-np.square(pdist(rows)) / (2 * bandwidth**2)).mean())


def _log_posterior(rows: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    logits = rows @ centroids.T / POSTERIOR_TEMPERATURE
    return logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)
