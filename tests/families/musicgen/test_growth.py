"""Codes grow column by column from what is known; kept places stay, passes change nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import torch

from qvim_studio.families.musicgen.delay import OPEN, delayed
from qvim_studio.families.musicgen.growth import Front, grow
from qvim_studio.families.musicgen.network import CodeTransformer
from qvim_studio.families.musicgen.published import published_shape
from qvim_studio.families.musicgen.sampling import Sampling

SILENT, ROWS, FRAMES, KNOWN = 16, 2, 6, 2
SHAPE = replace(
    published_shape({"layers": 2, "width": 64, "channels": 1}), width=24, heads=2, feed_forward=48,
    vocabulary=SILENT, text_width=24,
)  # fmt: skip
LIKELIEST = Sampling(3.0, 1.0, 1, 1.0)


@cache
def transformer() -> CodeTransformer:
    torch.manual_seed(0)
    network = CodeTransformer(SHAPE).eval().requires_grad_(False)
    for head in network.lm_heads:
        head.weight.mul_(10.0)  # codes differ in likelihood
    return network


def front(seed: int, tokens: int = 3) -> Front:
    generator = torch.Generator().manual_seed(seed)
    words = torch.randn(1, 2, 24, generator=generator)
    tokens_before = torch.randn(1, tokens, 24, generator=generator)
    return Front(tokens_before, words, torch.ones(1, 2, dtype=torch.bool))


def columns() -> torch.Tensor:
    known = torch.tensor([[[1, 2]] * 4, [[3, 4]] * 4])
    return delayed(known, FRAMES, SHAPE.delays, SILENT)


def grown(
    fronts: tuple[Front, ...], sampling: Sampling = LIKELIEST, passes: int = 1
) -> torch.Tensor:
    made = columns()
    numbers = torch.rand(made.shape, generator=torch.Generator().manual_seed(7))
    assert list(grow(transformer(), fronts, made, numbers, sampling, passes)) == list(
        range(KNOWN + 1, made.shape[2])
    )
    return made


def test_only_open_places_are_filled_and_all_of_them() -> None:
    before, made = columns(), grown((front(1), front(2)))
    is_open = before == OPEN
    assert is_open.sum() == ROWS * 4 * (FRAMES - KNOWN)
    assert torch.equal(made[~is_open], before[~is_open])
    assert (made[is_open] >= 0).all() and (made[is_open] < SILENT).all()


@pytest.mark.parametrize("tokens", [0, 3])
def test_every_code_is_the_likeliest_after_everything_before_it(tokens: int) -> None:
    """Computed anew for each column, without a cache of the columns before."""
    fronts, network = (front(1, tokens), front(2, tokens)), transformer()
    made, is_open = grown(fronts), columns() == OPEN
    for column in range(KNOWN + 1, made.shape[2]):
        halves = []
        for half in fronts:
            read = network.room(ROWS, tokens + column, torch.device("cpu"))
            network.read_words(read, half.words.expand(ROWS, -1, -1), half.is_word.expand(ROWS, -1))
            given = network.embedded(made[..., :column])
            whole = torch.cat([half.tokens.expand(ROWS, -1, -1), given], dim=1)
            halves.append(network.logits(network(whole, read))[:, :, -1])
        likeliest = (halves[1] + 3.0 * (halves[0] - halves[1])).argmax(dim=-1)
        there = is_open[..., column]
        assert torch.equal(made[..., column][there], likeliest[there])


def test_the_halves_one_after_the_other_make_the_same() -> None:
    drawn = Sampling(3.0, 1.0, 8, 1.0)
    both, rows = (front(1), front(2)), []
    hook = transformer().layer_norm.register_forward_hook(lambda _, __, out: rows.append(len(out)))
    made = [grown(both, drawn, passes) for passes in (2, 1)]
    hook.remove()
    assert torch.equal(made[0], made[1])
    count = made[0].shape[2] - (KNOWN + 1)  # columns
    assert rows == [ROWS] * 2 * count + [2 * ROWS] * count


def test_without_an_unwanted_half_guidance_counts_for_nothing() -> None:
    assert torch.equal(grown((front(1),)), grown((front(1),), replace(LIKELIEST, guidance=1.0)))
    assert not torch.equal(grown((front(1),)), grown((front(1), front(2))))
