"""Computes the outputs of the encoder's lower layers for whole sounds, for training the layers
above."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.channels_last import channels_last
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE, QvimFrontEnd, fit_window
from qvim_studio.training.loop.machine import find_machine, mixed_precision
from qvim_studio.voice.embedder import level_for_embedding

log = logging.getLogger(__name__)

BATCH = 16


@torch.no_grad()
def map_sounds(
    front_end: QvimFrontEnd, lower: nn.Module, count: int, read: Callable[[int], np.ndarray]
) -> torch.Tensor:
    """float16 (count, channels, bands, frames) on the real window, at inference's level.

    lower: the layers from the spectrogram on. read: returns the mono samples at 32 kHz of a sound,
    one at a time, because a large set does not fit into memory.
    """
    device = find_machine().device
    front_end = copy.deepcopy(front_end).to(device)
    lower = channels_last(copy.deepcopy(lower).to(device)).eval()
    rows = []
    for start in range(0, count, BATCH):
        levelled = [
            level_for_embedding(AudioClip.from_mono(read(i), QVIM_SAMPLE_RATE)).mono()
            for i in range(start, min(start + BATCH, count))
        ]
        windows = torch.cat([fit_window(torch.from_numpy(sound)[None]) for sound in levelled])
        rows.append(map_spectrogram(lower, front_end(windows.to(device))))
    log.info("mapped %d sounds", count)
    return torch.cat(rows)


@torch.no_grad()
def map_spectrogram(lower: nn.Module, spectrogram: torch.Tensor) -> torch.Tensor:
    """(batch, 1, 128, frames) → float16 (batch, channels, bands, frames) in main memory."""
    with mixed_precision(spectrogram.device):
        maps = lower(spectrogram.contiguous(memory_format=torch.channels_last))
    return maps.half().contiguous().cpu()
