"""Learns to recognize voices that are best left to the encoder, such as those of its own renderer.

The encoder embeds people's takes and spoken words differently, so a linear rule on its embeddings
separates them. Its threshold comes from renders on which it was not fitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import expit

from qvim_studio.networks.ears import Ears

PENALTY = 0.01  # on squared weights, against 100 for all renders and 100 for all others
FOLDS = 5
MISSED = 2.0  # percent of the renders that may fall below the line: better than one take above
WIDTH = 0.25  # of the logit, in which the share goes from a quarter to three quarters, about


def learn_familiar(
    ears: Ears, renders: torch.Tensor, others: Sequence[torch.Tensor], seed: int = 0
) -> None:
    """Set the linear rule of the ears. renders, and each of the others: embeddings (rows, 960).

    All renders count together as much as all others, and so does each of these.
    """
    groups = [renders.numpy(), *(other.numpy() for other in others)]
    shares = [1.0, *(1.0 / len(others) for _ in others)]
    embeddings = np.concatenate(groups).astype(float)
    is_render = np.repeat([1.0, *(0.0 for _ in others)], list(map(len, groups)))
    weights = np.concatenate(
        [np.full(len(rows), 100 * share / len(rows)) for rows, share in zip(groups, shares)]
    )
    fold = np.random.default_rng(seed).integers(FOLDS, size=len(embeddings))
    unseen = np.zeros(len(embeddings))
    for number in range(FOLDS):
        held = fold == number
        weight, offset = _fit(embeddings[~held], is_render[~held], weights[~held])
        unseen[held] = embeddings[held] @ weight + offset
    line = np.percentile(unseen[: len(groups[0])], MISSED)
    weight, offset = _fit(embeddings, is_render, weights)
    with torch.no_grad():
        ears.familiar_weight.copy_(torch.from_numpy(weight / WIDTH))
        ears.familiar_offset.fill_((offset - line) / WIDTH)


def _fit(rows: np.ndarray, wanted: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Weight and offset of a penalized logistic regression."""
    mean = rows.mean(axis=0)
    inputs = rows - mean

    def loss(found: np.ndarray) -> tuple[float, np.ndarray]:
        logit = inputs @ found[:-1] + found[-1]
        error = weights * (expit(logit) - wanted)
        total = (weights * (np.logaddexp(0, logit) - wanted * logit)).sum()
        slope = np.append(inputs.T @ error + PENALTY * found[:-1], error.sum())
        return float(total + PENALTY * np.square(found[:-1]).sum() / 2), slope

    start = np.zeros(rows.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found[:-1], float(found[-1] - mean @ found[:-1])
