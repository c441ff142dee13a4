"""The light vocoder: taken where it sounds a mel about as truly as the checkpoint's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.families.audioldm.light_vocoder import (
    LIGHT_FOLDER,
    is_good_enough,
    load_light_vocoder,
)
from qvim_studio.networks.coders.vocos import VocosConfig, VocosVocoder
from qvim_studio.networks.mel import SAMPLE_RATE


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return mono_at(read_audio(min(resource_path("library").glob("*.ogg"))), SAMPLE_RATE)


def untrained() -> VocosVocoder:
    torch.manual_seed(0)
    return VocosVocoder(VocosConfig(channels=16, hidden_channels=16, blocks=1)).eval()


class OtherMel(nn.Module):
    """A vocoder of another mel: it takes every band for so many neper louder than ours is."""

    def __init__(self, vocoder: VocosVocoder, louder: float) -> None:
        super().__init__()
        self.vocoder, self.louder = vocoder, louder

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        return self.vocoder(log_mel + self.louder)


def test_the_starters_stands_in_where_it_is_as_good(tmp_path: Path, sound: np.ndarray) -> None:
    light = load_light_vocoder(tmp_path, "cpu")
    assert is_good_enough(light, light, sound)
    slightly_worse = OtherMel(light, 0.1)
    assert is_good_enough(light, slightly_worse, sound)
    assert is_good_enough(slightly_worse, light, sound)


def test_one_that_is_worse_is_refused(tmp_path: Path, sound: np.ndarray) -> None:
    good = load_light_vocoder(tmp_path, "cpu")
    assert not is_good_enough(untrained(), good, sound)
    assert not is_good_enough(OtherMel(good, 2.0), good, sound)


def test_a_checkpoint_of_another_mel_keeps_its_own(tmp_path: Path, sound: np.ndarray) -> None:
    light = load_light_vocoder(tmp_path, "cpu")
    assert not is_good_enough(light, OtherMel(light, 2.0), sound)


def test_the_checkpoints_own_is_preferred(tmp_path: Path) -> None:
    untrained().save_pretrained(tmp_path / LIGHT_FOLDER)
    assert load_light_vocoder(tmp_path, "cpu").config.channels == 16
    (tmp_path / LIGHT_FOLDER / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(CheckpointError, match="train the checkpoint again"):
        load_light_vocoder(tmp_path, "cpu")
