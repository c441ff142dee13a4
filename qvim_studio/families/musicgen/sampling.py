"""Samples codes: guidance, temperature, top-k and top-p, with random numbers from the caller."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Sampling:
    """How codes are drawn.

    guidance: w of u + w (c - u); 1 ignores the unwanted half. temperature: divides the logits.
    top_k: number of the likeliest codes that stay. top_p: of those, the fewest whose probabilities
    add up to it; 1 keeps all.
    """

    guidance: float
    temperature: float
    top_k: int
    top_p: float


def guided(wanted: torch.Tensor, unwanted: torch.Tensor, guidance: float) -> torch.Tensor:
    """Logits u + w (c - u) (Ho & Salimans 2022, eq. 6, for log-probabilities)."""
    return unwanted + guidance * (wanted - unwanted)


def shares(logits: torch.Tensor, sampling: Sampling) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits (..., vocabulary) → probabilities and codes, (..., top_k), the likeliest first."""
    count = min(sampling.top_k, logits.shape[-1])
    kept, codes = (logits / sampling.temperature).topk(count, dim=-1)
    probabilities = kept.softmax(dim=-1)
    if sampling.top_p < 1.0:  # nucleus sampling, Holtzman et al. 2020, section 3.1
        before = probabilities.cumsum(dim=-1) - probabilities
        probabilities = probabilities.masked_fill(before >= sampling.top_p, 0.0)
        probabilities = probabilities / probabilities.sum(dim=-1, keepdim=True)
    return probabilities, codes


def drawn(logits: torch.Tensor, numbers: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Logits (..., vocabulary) and random numbers (...) in [0, 1) → codes (...)."""
    probabilities, codes = shares(logits, sampling)
    sums = probabilities.cumsum(dim=-1)
    place = (sums <= numbers[..., None] * sums[..., -1:]).sum(dim=-1, keepdim=True)
    return codes.gather(-1, place.clamp_max(codes.shape[-1] - 1))[..., 0]
