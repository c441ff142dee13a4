"""Takes in a time of their own: stretched and cut, in order, with silence after them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.training.corpus.free_timing import (
    EDGE_FRAMES,
    FreeTiming,
    Timing,
    audible_frames,
)
from qvim_studio.training.corpus.imitations import ImitationSet, TakeRows

FRAMES, LENGTH = 40, 12
STEADY = Timing(octaves=0.0, cut_odds=0.0)


def rising_takes(*lengths: int) -> torch.Tensor:
    """Maps (takes, 3, 2, 40) that rise from 1 to 2 and fall silent; the window's edge is heard."""
    maps = torch.zeros(len(lengths), 3, 2, FRAMES)
    maps[..., -EDGE_FRAMES:] = 0.3
    for take, length in enumerate(lengths):
        maps[take, ..., :length] = torch.linspace(1, 2, length)
    return maps.half()


SILENT, EDGE = torch.zeros(1, 3, 2, 1), torch.full((1, 3, 2, EDGE_FRAMES), 0.3).half()


def freed(maps: torch.Tensor, timing: Timing, is_free: bool = True) -> FreeTiming:
    return FreeTiming(maps, SILENT, EDGE, np.full(len(maps), is_free), timing)


def lengths_of(maps: torch.Tensor) -> list[int]:
    return audible_frames(maps[..., :-EDGE_FRAMES], SILENT.expand(len(maps), -1, -1, -1))


def test_audible_frames_are_counted() -> None:
    maps = rising_takes(LENGTH, 1, 30, 0)
    assert lengths_of(maps) == [LENGTH, 1, 30, 1]


def test_the_shortest_of_whole_takes_says_what_silence_is() -> None:
    maps = rising_takes(37, LENGTH)
    spans = np.array([[0, 37_000], [37_000, 49_000]])
    takes = ImitationSet(TakeRows(np.arange(3)), spans, np.zeros(2, bool), *[np.zeros(0)] * 2)
    whole = FreeTiming.of_whole(maps, takes, Timing(octaves=1.0, cut_odds=0.0))
    drawn = whole.draw(np.ones(50, int), np.random.default_rng(0))
    assert LENGTH < max(lengths_of(drawn)) <= 2 * LENGTH
    for take, length in zip(drawn, lengths_of(drawn), strict=True):
        assert not take[..., length:-EDGE_FRAMES].any()
        assert torch.equal(take[..., -EDGE_FRAMES:], EDGE[0].float())


def test_short_takes_have_a_silence_of_their_own_in_which_a_masked_frame_is_no_sound() -> None:
    maps = rising_takes(LENGTH, LENGTH)
    maps[1, :, 0] += 0.5  # a masked band
    maps[1, ..., 30] = 3.0  # a masked frame
    short = FreeTiming.of_short(maps, 20, np.full(2, True), Timing(octaves=0.0, cut_odds=1.0))
    drawn = short.draw(np.ones(50, int), np.random.default_rng(0))
    assert drawn.max() < 2.6  # the masked frame is not performed
    assert (drawn[:, :, 1, 0] >= 1.0).all()  # there always is sound, from the first frame on
    silent = drawn[..., LENGTH:-EDGE_FRAMES]
    assert (silent[:, :, 0] == 0.5).all() and not silent[:, :, 1].any()


@pytest.mark.parametrize("maps", [rising_takes(LENGTH), rising_takes(LENGTH, 30)])
def test_without_freedom_takes_are_as_they_were(maps: torch.Tensor) -> None:
    drawn = freed(maps, STEADY).draw(np.arange(len(maps)), np.random.default_rng(0))
    torch.testing.assert_close(drawn, maps.float())


def test_people_keep_their_time() -> None:
    maps = rising_takes(LENGTH)
    drawn = freed(maps, Timing(), is_free=False).draw(np.zeros(20, int), np.random.default_rng(0))
    assert torch.equal(drawn, maps.float().expand(20, -1, -1, -1))


def test_stretched_takes_keep_their_course_and_end_in_silence() -> None:
    maps = rising_takes(LENGTH)
    timing = Timing(octaves=1.0, cut_odds=0.0)
    drawn = freed(maps, timing).draw(np.zeros(100, int), np.random.default_rng(0))
    lengths = lengths_of(drawn)
    assert min(lengths) <= LENGTH // 2 + 1 and max(lengths) >= 2 * LENGTH - 1
    assert all(LENGTH // 2 <= length <= 2 * LENGTH for length in lengths)
    for take, length in zip(drawn, lengths, strict=True):
        assert (take[..., :length].diff(dim=-1) >= 0).all()
        assert (take[..., 0] < 1.1).all() and (take[..., length - 1] > 1.9).all()
        assert not take[..., length:-EDGE_FRAMES].any()
        assert (take[..., -EDGE_FRAMES:] > 0.2).all()


def test_long_takes_stay_within_the_window() -> None:
    maps = rising_takes(LENGTH, 30)
    timing = Timing(octaves=2.0, cut_odds=0.0)
    drawn = freed(maps, timing).draw(np.ones(50, int), np.random.default_rng(0))
    assert max(lengths_of(drawn)) == FRAMES - EDGE_FRAMES
    edges = drawn[..., -EDGE_FRAMES:]
    assert torch.equal(edges, EDGE.float().expand_as(edges))


def test_a_part_stands_for_the_whole() -> None:
    maps = rising_takes(LENGTH)
    timing = Timing(octaves=0.0, cut_odds=1.0, least_share=0.5)
    drawn = freed(maps, timing).draw(np.zeros(100, int), np.random.default_rng(0))
    lengths = lengths_of(drawn)
    assert set(lengths) <= set(range(LENGTH // 2, LENGTH + 1)) and len(set(lengths)) > 3
    whole = maps[0, 0, 0, :LENGTH].tolist()
    begins = set()
    for take, length in zip(drawn[:, 0, 0], lengths, strict=True):
        begin = whole.index(take[0].item())
        assert take[:length].tolist() == whole[begin : begin + length]
        begins.add(begin)
    assert min(begins) == 0 and max(begins) > LENGTH // 3


def test_very_short_takes_are_not_cut() -> None:
    maps = rising_takes(LENGTH, 3)
    timing = Timing(octaves=0.0, cut_odds=1.0)
    drawn = freed(maps, timing).draw(np.ones(20, int), np.random.default_rng(0))
    torch.testing.assert_close(drawn, maps[1].float().expand(20, -1, -1, -1))
