"""The losses of the QVIM encoder: sounds should lie where the teacher places them, and imitations
near their references."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import nn

from qvim_studio.training.loop.loop import Metrics

TEMPERATURE = 0.07  # of InfoNCE, as the QVIM baselines
RELATION_TEMPERATURE = 0.12  # of the teacher's cosines


def relational_loss(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """KL divergence between the teacher's and the student's similarities within the batch.

    made: (batch, 960), wanted: (batch, 512), unit norm. Independent of the absolute place of the
    embeddings, because a mean over rectified features cannot point in all directions. Source of the
    idea: Park et al., "Relational knowledge distillation" (2019).
    """
    others = ~torch.eye(len(made), dtype=torch.bool, device=made.device)
    views = [
        (side @ side.T)[others].view(len(made), -1) / temperature
        for side, temperature in ((made, TEMPERATURE), (wanted, RELATION_TEMPERATURE))
    ]
    student, teacher = (view.log_softmax(dim=1) for view in views)
    return nn.functional.kl_div(student, teacher, reduction="batchmean", log_target=True)


def contrastive_loss(
    imitations: torch.Tensor, references: torch.Tensor, groups: torch.Tensor
) -> torch.Tensor:
    """InfoNCE imitation → reference over unit embeddings (batch, dim).

    groups: (batch,) ids; off-diagonal pairs of one group are left out, because another recording of
    the same thing is not a wrong answer. Source: Greif et al., "Improving query-by-vocal imitation
    with contrastive learning" (2024).
    """
    logits = imitations @ references.T / TEMPERATURE
    same = groups[:, None] == groups[None, :]
    same.fill_diagonal_(False)
    logits = logits.masked_fill(same, float("-inf"))
    return nn.functional.cross_entropy(logits, torch.arange(len(logits), device=logits.device))


class LossWeights(Protocol):
    """Weights of the terms beside the distillation, see QvimTraining."""

    @property
    def relation(self) -> float: ...
    @property
    def contrast(self) -> float: ...
    @property
    def quiet(self) -> float: ...


def encoder_loss(
    raw: torch.Tensor,
    guessed: torch.Tensor,
    wanted: torch.Tensor,
    groups: torch.Tensor,
    silence: torch.Tensor,
    weights: LossWeights,
) -> tuple[torch.Tensor, Metrics]:
    """Distillation, relation, contrast and quiet of one batch.

    raw: embeddings (batch, 960) before normalization, first imitations, then their references,
    then others; guessed, wanted: the teacher's vectors (batch, 512); groups: (pairs,), see
    contrastive_loss; silence: how much it adds to the embeddings.
    """
    made = nn.functional.normalize(raw, dim=-1)
    distance = 1 - nn.functional.cosine_similarity(guessed, wanted).mean()
    relation = relational_loss(made, wanted)
    voices, references = made[: 2 * len(groups)].chunk(2)
    contrast = contrastive_loss(voices, references, groups)
    loss = distance + weights.relation * relation + weights.quiet * silence
    return loss + weights.contrast * contrast, {
        "distance": distance.item(),
        "relation": relation.item(),
        "contrast": contrast.item(),
        "silence": silence.item(),
    }
