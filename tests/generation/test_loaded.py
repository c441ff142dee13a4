"""A loaded checkpoint has the quick extender and imagines words where that makes sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from long_sounds import NoiseWindows

from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.generation.loaded import Loaded, load
from qvim_studio.voice.embedder import load_embedder


class Imagining(NoiseWindows):
    def imagine(self, words: str) -> np.ndarray:
        return np.full(960, len(words), np.float32)


def test_words_are_imagined_and_nothing_is_not(noise: tuple[Loaded, NoiseWindows]) -> None:
    loaded = replace(noise[0], generator=Imagining())
    assert loaded.imagine(" \n") is None
    imagined = loaded.imagine("rain")
    assert imagined is not None and imagined[0] == 4.0


def test_only_sounds_of_16_khz_are_extended(noise: tuple[Loaded, NoiseWindows]) -> None:
    loaded = noise[0]
    assert loaded.extender is not None and loaded.extender is loaded.extender
    wide = replace(loaded, capabilities=replace(loaded.capabilities, sample_rate_hz=44_100))
    assert wide.extender is None


def test_a_checkpoint_is_loaded_with_the_encoder_beside_it(folder: Path) -> None:
    checkpoint = find_checkpoint(str(folder))
    loaded = load(checkpoint, plan_for(checkpoint, VramMode.CPU))
    assert loaded.embedder.encoder_id == load_embedder(folder / "qvim").encoder_id
    assert loaded.capabilities.sample_rate_hz == 16_000
    assert sum(stage.weights for stage in loaded.footprint.stages) == loaded.footprint.weights > 0
