"""The losses of the encoder equal their definitions on small exact inputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.training.encoder.qvim import QvimTraining
from qvim_studio.training.encoder.qvim_losses import (
    RELATION_TEMPERATURE,
    TEMPERATURE,
    contrastive_loss,
    encoder_loss,
    relational_loss,
)


def test_other_recordings_of_the_same_sound_are_no_wrong_answers() -> None:
    embeddings = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    masked = contrastive_loss(embeddings, embeddings, torch.tensor([7, 7, 8]))
    unmasked = contrastive_loss(embeddings, embeddings, torch.tensor([6, 7, 8]))
    assert masked.item() == pytest.approx(np.log1p(np.exp(-1 / TEMPERATURE)), abs=1e-6)
    assert unmasked.item() > 0.4


def test_loss_equals_its_definition() -> None:
    torch.manual_seed(0)
    a, b = (torch.nn.functional.normalize(torch.randn(4, 3), dim=1) for _ in range(2))
    logits = a @ b.T / TEMPERATURE
    expected = -(logits.diagonal() - logits.logsumexp(dim=1)).mean()
    assert torch.allclose(contrastive_loss(a, b, torch.arange(4)), expected)


def test_relations_ignore_where_the_embeddings_lie_as_a_whole() -> None:
    torch.manual_seed(0)
    wanted = torch.nn.functional.normalize(torch.randn(5, 8), dim=1)
    scale = TEMPERATURE / RELATION_TEMPERATURE
    alike = torch.cat([wanted * scale**0.5, torch.full((5, 1), 2.0)], dim=1)
    assert relational_loss(alike, wanted).item() == pytest.approx(0.0, abs=1e-5)
    assert relational_loss(alike.flip(0), wanted).item() > 0.05


def test_encoder_loss_is_the_weighted_sum_of_its_terms() -> None:
    torch.manual_seed(0)
    raw, guessed = torch.randn(5, 8), torch.randn(5, 6)
    wanted = torch.nn.functional.normalize(torch.randn(5, 6), dim=1)
    weights = QvimTraining(relation=2.0, contrast=3.0, quiet=4.0)
    silence = torch.tensor(0.25)
    loss, terms = encoder_loss(raw, guessed, wanted, torch.arange(2), silence, weights)
    unit = torch.nn.functional.normalize(raw, dim=1)
    assert terms["contrast"] == pytest.approx(
        contrastive_loss(unit[:2], unit[2:4], torch.arange(2)).item()
    )
    assert terms["relation"] == pytest.approx(relational_loss(unit, wanted).item())
    expected = terms["distance"] + 2 * terms["relation"] + 3 * terms["contrast"] + 4 * 0.25
    assert loss.item() == pytest.approx(expected, rel=1e-5)
