"""The refinement: renders come near to all sounds of their kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from qvim_studio.networks.ears import Ears, Features
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.training.corpus.labels import CATCH_ALL
from qvim_studio.training.encoder.refinement import (
    RefinementTraining,
    learn_refinement,
    render_name,
)
from qvim_studio.training.encoder.taught import Taught

KINDS = ("dog", "rain", "bell")
OPTIONS = RefinementTraining(steps=40, renders=60, sounds=120, dropout=0.1)
LIKENESS = 18.0  # of sounds of one kind, in a part of the embedding that the renders lack


def taught(per_kind: int, seed: int, *, is_render: bool) -> Taught:
    generator = torch.Generator().manual_seed(seed)
    kinds = tuple(kind for kind in KINDS for _ in range(per_kind))
    embedding = torch.randn(len(kinds), EMBEDDING_DIM, generator=generator)
    for row, kind in enumerate(kinds):
        embedding[row, KINDS.index(kind) + 10 * is_render] += LIKENESS
    embedding = torch.nn.functional.normalize(embedding, dim=1)
    none = torch.zeros(len(kinds), 0)
    sounds = [f"{kind} {row}" for row, kind in enumerate(kinds)]
    names = tuple(render_name(sound, 0) if is_render else sound for sound in sounds)
    return Taught(Features(embedding, none, none, none), tuple((kind,) for kind in kinds), names)


@torch.no_grad()
def share_right(ears: Ears) -> float:
    """Of unseen renders whose nearest unseen sound is of their kind."""
    sounds, renders = taught(6, 8, is_render=False), taught(6, 9, is_render=True)
    heard, known = (ears.refined(side.features.embedding) for side in (renders, sounds))
    nearest = (heard @ known.T).argmax(dim=1).tolist()
    return sum(
        sounds.kinds[near] == kind for near, kind in zip(nearest, renders.kinds, strict=True)
    ) / len(nearest)


def test_unseen_renders_find_unseen_sounds_of_their_kind() -> None:
    ears = Ears(KINDS)
    assert share_right(ears) < 0.7
    sounds, renders = taught(40, 1, is_render=False), taught(40, 2, is_render=True)
    learn_refinement(ears, sounds, renders, OPTIONS)
    assert share_right(ears) > 0.9
    known = sounds.features.embedding
    spaces = (known, ears.refined(known), ears.moved(known))
    own, refined, moved = (one[::2] @ one[1::2].T for one in spaces)
    spreads = [cosines.std(dim=1).mean().item() for cosines in (own, refined, moved)]
    assert spreads[1] == pytest.approx(spreads[0], rel=0.1) and spreads[2] > 2 * spreads[0]


def test_the_same_seed_learns_the_same() -> None:
    sounds, renders = taught(3, 1, is_render=False), taught(3, 2, is_render=True)
    first, second = Ears(KINDS), Ears(KINDS)
    for ears in (first, second):
        learn_refinement(ears, sounds, renders, replace(OPTIONS, steps=2))
    assert torch.equal(first.from_refinement.weight, second.from_refinement.weight)
    assert first.from_refinement.weight.abs().max() > 0


@pytest.mark.parametrize("unknown", [CATCH_ALL, "unheard of"])
def test_renders_of_unknown_kinds_teach_nothing(unknown: str) -> None:
    ears = Ears(KINDS)
    sounds, renders = taught(3, 1, is_render=False), taught(3, 2, is_render=True)
    named = tuple(f"elsewhere {name}" for name in renders.names)
    unknowns = replace(renders, kinds=((unknown,),) * len(named), names=named)
    learn_refinement(ears, sounds, unknowns, replace(OPTIONS, steps=3))
    assert not ears.from_refinement.weight.any()
