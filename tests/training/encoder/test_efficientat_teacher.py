"""The teacher hears whole sounds, however short they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.qvim.efficientat import FEATURES, EfficientAt
from qvim_studio.networks.qvim.qvim_front_end import QvimFrontEnd
from qvim_studio.training.encoder.efficientat_teacher import EfficientAtTeacher
from qvim_studio.voice.hearing import PreparedSound


def tone(seconds: float) -> PreparedSound:
    samples = np.sin(np.arange(int(32_000 * seconds)) * 0.1).astype(np.float32)
    return PreparedSound.of(AudioClip.from_mono(samples, 32_000))


def test_features_are_those_of_the_network(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = EfficientAt().eval()
    save_file(network.state_dict(), tmp_path / "tagger.safetensors")
    sounds = [tone(1.2), tone(0.1)]
    heard = EfficientAtTeacher(tmp_path / "tagger.safetensors").features(sounds)
    assert heard.shape == (2, FEATURES)
    with torch.inference_mode():
        whole = network(QvimFrontEnd()(torch.from_numpy(sounds[0].encoder)[None]))[0][0]
    torch.testing.assert_close(heard[0], whole, atol=1e-4, rtol=1e-3)


def test_another_file_is_refused(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(1)}, tmp_path / "tagger.safetensors")
    with pytest.raises(CheckpointError, match="mn04_as"):
        EfficientAtTeacher(tmp_path / "tagger.safetensors")
