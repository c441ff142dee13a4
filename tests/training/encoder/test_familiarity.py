"""Which voices are left to the encoder: those of its own renderer, and hardly one of people."""

from __future__ import annotations

import torch

from qvim_studio.networks.ears import Ears, Features
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.yamnet import CLASSES, WIDTH
from qvim_studio.training.encoder.familiarity import learn_familiar


def embeddings(rows: int, own: float, seed: int) -> torch.Tensor:
    """Unit vectors that agree in the first number only."""
    drawn = torch.randn(rows, EMBEDDING_DIM, generator=torch.Generator().manual_seed(seed))
    drawn[:, 0] += own
    return torch.nn.functional.normalize(drawn, dim=1)


def familiar_shares(ears: Ears, tagged: torch.Tensor) -> torch.Tensor:
    rows = len(tagged)
    tags = torch.full((rows, CLASSES), 0.1)
    features = Features(tagged, torch.ones(rows, WIDTH), tags, torch.zeros(rows, N_MELS))
    return ears.shares(features)[0].detach()[:, 0]


def test_renders_are_left_to_the_encoder_and_others_are_not() -> None:
    ears = Ears(("dog",))
    others = [embeddings(80, -20.0, 1), embeddings(300, 0.0, 2)]
    learn_familiar(ears, embeddings(200, 40.0, 0), others)
    assert (familiar_shares(ears, embeddings(100, 40.0, 3)) > 0.5).float().mean() > 0.9
    assert (familiar_shares(ears, embeddings(100, -20.0, 4)) > 0.5).float().mean() < 0.02
    assert (familiar_shares(ears, embeddings(100, 0.0, 5)) > 0.5).float().mean() < 0.02


def test_many_takes_of_one_origin_count_no_more_than_few_of_another() -> None:
    few, many = embeddings(20, -20.0, 1), embeddings(60, 0.0, 2)
    once, often = Ears(("dog",)), Ears(("dog",))
    renders = embeddings(60, 40.0, 0)
    learn_familiar(once, renders, [few, many])
    learn_familiar(often, renders, [few, many.repeat(5, 1)])
    cosine = torch.nn.functional.cosine_similarity(
        once.familiar_weight, often.familiar_weight, dim=0
    )
    assert cosine > 0.99
