"""Makes codes, one column of the delay pattern after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from qvim_studio.families.musicgen.delay import OPEN
from qvim_studio.families.musicgen.network import CodeTransformer, Read
from qvim_studio.families.musicgen.sampling import Sampling, drawn, guided


@dataclass(frozen=True, eq=False)
class Front:
    """The condition of one half of the guidance.

    tokens: in front of the codes, (1, tokens, width), possibly 0 tokens. words: the states for
    cross-attention, (1, words, width), where the network has it; is_word: bool (1, words), False
    for padding.
    """

    tokens: torch.Tensor
    words: torch.Tensor | None = None
    is_word: torch.Tensor | None = None


@torch.inference_mode()
def grow(
    transformer: CodeTransformer,
    fronts: tuple[Front, ...],
    columns: torch.Tensor,
    numbers: torch.Tensor,
    sampling: Sampling,
    passes: int = 1,
) -> Iterator[int]:
    """Fill the OPEN places of columns (rows, codebooks, columns) in place, and yield the index of
    each column once it is full.

    fronts: the wanted half, and the unwanted half with guidance. numbers: float32 in [0, 1), in
    the shape of ``columns``. passes: 2 computes the halves one after the other.
    """
    rows, _, count = columns.shape
    first = int((columns[0, 0] == OPEN).nonzero()[0])
    groups = [(front,) for front in fronts] if passes > 1 else [fronts]
    reads = [_room(transformer, group, rows, count) for group in groups]
    given = transformer.embedded(columns[..., :first])
    for column in range(first, count):
        halves = []
        for group, read in zip(groups, reads, strict=True):
            tokens = torch.cat([_behind(front, given, is_first=column == first) for front in group])
            states = transformer(tokens, read)[:, -1:]
            halves += transformer.logits(states)[:, :, 0].float().split(rows)
        wanted, *unwanted = halves
        logits = guided(wanted, unwanted[0], sampling.guidance) if unwanted else wanted
        codes = drawn(logits, numbers[..., column], sampling)
        there = columns[..., column]
        there.copy_(torch.where(there == OPEN, codes, there))
        yield column
        given = transformer.embedded(columns[..., column : column + 1])


def _room(transformer: CodeTransformer, group: tuple[Front, ...], rows: int, columns: int) -> Read:
    front = group[0].tokens
    tokens = front.shape[1] + columns - 1
    read = transformer.room(len(group) * rows, tokens, front.device)
    words = [front.words for front in group if front.words is not None]
    masks = [front.is_word for front in group if front.is_word is not None]
    if words:
        expanded = torch.cat([each.expand(rows, -1, -1) for each in words])
        mask = torch.cat([each.expand(rows, -1) for each in masks])
        transformer.read_words(read, expanded, mask)
    return read


def _behind(front: Front, given: torch.Tensor, *, is_first: bool) -> torch.Tensor:
    if not is_first:
        return given
    return torch.cat([front.tokens.expand(len(given), -1, -1), given], dim=1)
