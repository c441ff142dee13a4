"""People imitate in their own time: takes are stretched and cut in the maps that an encoder makes.

A rendered imitation keeps its reference's pace, so an encoder that hears no others learns to know
a sound by its length, which no person keeps: a "shh" of one second may mean ten seconds of wind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

EDGE_FRAMES = 3  # before the end of a window: they see what lies behind it
AUDIBLE = 0.05  # mean distance of a frame from silence, in the spread of the take's values
CHUNK = 256  # takes measured at once
CUTTABLE_FRAMES = 4  # shorter takes are left whole


@dataclass(frozen=True)
class Timing:
    """octaves: by which a take is made shorter or longer, at most. cut_odds: how often a part
    stands for the whole, least_share: of which it is at least."""

    octaves: float = 1.3
    cut_odds: float = 0.5
    least_share: float = 0.2


class FreeTiming:
    """Takes as maps (takes, channels, bands, frames) that begin at frame 0 and end in silence.

    silent: a window of silence (channels, bands, frames), see ``silence``. is_free: (takes,) bool;
    the others are drawn as they are, for people's takes have a time of their own.
    """

    def __init__(
        self, maps: torch.Tensor, silent: torch.Tensor, is_free: np.ndarray, timing: Timing
    ) -> None:
        self._maps = maps
        self._is_free = is_free
        self._silent = silent.float()
        self._timing = timing
        self._lengths = audible_frames(maps, self._silent)

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
        most = self._silent.shape[-1] - EDGE_FRAMES
        stretch = 2 ** rng.uniform(-timing.octaves, timing.octaves)
        frames = min(max(round(length * stretch), 1), most)
        part = self._maps[take, ..., begin : begin + length].float()
        performed = self._silent.clone()
        performed[..., :frames] = nn.functional.interpolate(part, size=frames, mode="linear")
        return performed


def silence(take: torch.Tensor, frame: int) -> torch.Tensor:
    """A window of silence from the map of a take (channels, bands, frames) that is over at
    ``frame``, with the edge that the window's end makes."""
    silent = take[..., frame : frame + 1].repeat(1, 1, take.shape[-1])
    silent[..., -EDGE_FRAMES:] = take[..., -EDGE_FRAMES:]
    return silent


def audible_frames(maps: torch.Tensor, silent: torch.Tensor) -> list[int]:
    """How many frames of each take (takes, channels, bands, frames) hold sound, at least one."""
    lengths: list[int] = []
    inner = maps.shape[-1] - EDGE_FRAMES
    for part in maps.split(CHUNK):
        away = (part.float() - silent)[..., :inner].abs().mean(dim=(1, 2))
        is_audible = away > AUDIBLE * part.float().std(dim=(1, 2, 3))[:, None]
        last = inner - is_audible.int().flip(1).argmax(dim=1)
        lengths += torch.where(is_audible.any(dim=1), last, 1).tolist()
    return lengths
