"""Stretches and cuts takes in the maps of an encoder, because people imitate in their own time.

A rendered imitation has its reference's timing, so an encoder trained only on these learns the
length of sounds, which people do not keep: a "shh" of one second may stand for ten seconds of wind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from qvim_studio.training.corpus.imitations import ImitationSet

EDGE_FRAMES = 3  # before the end of a window: they see what lies behind it
AUDIBLE = 0.05  # mean distance of a frame from silence, in the spread of the take's values
CHUNK = 256  # takes measured at once
CUTTABLE_FRAMES = 4  # shorter takes are left whole


@dataclass(frozen=True)
class Timing:
    """octaves: the most by which a take is made shorter or longer. cut_odds: how often a part
    stands for the whole. least_share: the least share of such a part."""

    octaves: float = 1.3
    cut_odds: float = 0.5
    least_share: float = 0.2


class FreeTiming:
    """Takes as maps (takes, channels, bands, frames) that begin at frame 0 and end in silence.

    silent: a frame of silence. edges: the window's last frames. Both are for all takes or for each.
    is_free: (takes,) bool; the others are drawn as they are, because people's takes have their own
    timing. over: a frame at which all takes have ended, if known.
    """

    def __init__(
        self,
        maps: torch.Tensor,
        silent: torch.Tensor,
        edges: torch.Tensor,
        is_free: np.ndarray,
        timing: Timing,
        over: int | None = None,
    ) -> None:
        self._maps = maps
        self._silent = silent.expand(len(maps), -1, -1, -1)
        self._edges = edges.expand(len(maps), -1, -1, -1)
        self._is_free = is_free
        self._timing = timing
        self._lengths = audible_frames(maps[..., : over or -EDGE_FRAMES], self._silent)

    @classmethod
    def of_whole(cls, maps: torch.Tensor, takes: ImitationSet, timing: Timing) -> FreeTiming:
        """Takes on the full window; the shortest take provides the silence."""
        shortest = int(np.diff(takes.spans, axis=1).argmin())
        middle = maps.shape[-1] // 2
        one = maps[shortest : shortest + 1]
        is_free = ~takes.is_real
        return cls(maps, one[..., middle : middle + 1], one[..., -EDGE_FRAMES:], is_free, timing)

    @classmethod
    def of_short(
        cls, maps: torch.Tensor, over: int, is_free: np.ndarray, timing: Timing
    ) -> FreeTiming:
        """Takes that end before a short window does. Bands and frames of it are masked at random,
        so that each has a silence of its own, and a masked frame within that is no sound."""
        over = min(over, maps.shape[-1] - EDGE_FRAMES - 1)
        silent = maps[..., over:-EDGE_FRAMES].median(dim=-1, keepdim=True).values
        return cls(maps, silent, maps[..., -EDGE_FRAMES:], is_free, timing, over)

    def draw(self, takes: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
        """float32 maps (len(takes), channels, bands, frames), each in a time of its own."""
        return torch.stack(
            [
                self._perform(int(take), rng) if self._is_free[take] else self._maps[take].float()
                for take in takes
            ]
        )

    def _perform(self, take: int, rng: np.random.Generator) -> torch.Tensor:
        timing, length, begin = self._timing, self._lengths[take], 0
        if length >= CUTTABLE_FRAMES and rng.random() < timing.cut_odds:
            whole, length = length, max(2, int(length * rng.uniform(timing.least_share, 1.0)))
            begin = int(rng.integers(whole - length + 1))
        most = self._maps.shape[-1] - EDGE_FRAMES
        stretch = 2 ** rng.uniform(-timing.octaves, timing.octaves)
        frames = min(max(round(length * stretch), 1), most)
        part = self._maps[take, ..., begin : begin + length].float()
        performed = nn.functional.interpolate(part, size=frames, mode="linear")
        rest = self._silent[take].float().repeat(1, 1, most - frames)
        return torch.cat([performed, rest, self._edges[take].float()], dim=-1)


def audible_frames(maps: torch.Tensor, silent: torch.Tensor) -> list[int]:
    """The number of audible frames of each take (takes, channels, bands, frames), at least one.

    silent: (takes, channels, bands, 1).
    """
    lengths: list[int] = []
    for part, still in zip(maps.split(CHUNK), silent.split(CHUNK), strict=True):
        values = part.float()
        away = (values - still.float()).abs().mean(dim=(1, 2))
        is_audible = away > AUDIBLE * values.std(dim=(1, 2, 3))[:, None]
        last = values.shape[-1] - is_audible.int().flip(1).argmax(dim=1)
        lengths += torch.where(is_audible.any(dim=1), last, 1).tolist()
    return lengths
