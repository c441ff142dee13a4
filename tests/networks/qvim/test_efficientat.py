"""The tagger mn04_as gives features and class scores, and other files are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.qvim.efficientat import EfficientAt, load_efficientat


def test_a_tagger_of_another_shape_is_refused(tmp_path: Path) -> None:
    save_file({"features.0.0.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="mn04_as"):
        load_efficientat(tmp_path / "other.safetensors")


@torch.no_grad()
def test_saved_weights_give_the_same_classes_from_the_mean_of_the_maps(tmp_path: Path) -> None:
    torch.manual_seed(0)
    tagger = EfficientAt().eval()
    save_file(tagger.state_dict(), tmp_path / "mn04.safetensors")
    spectrogram = torch.randn(2, 1, 128, 40)
    features, scores = load_efficientat(tmp_path / "mn04.safetensors")(spectrogram)
    assert features.shape == (2, 384) and scores.shape == (2, 527)
    torch.testing.assert_close(features, tagger.features(spectrogram).flatten(2).mean(dim=2))
    torch.testing.assert_close(scores, tagger.classifier(features))
