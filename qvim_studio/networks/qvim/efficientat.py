"""EfficientAT's small audio tagger ``mn04_as``, from which the encoder learns.

It is MobileNetV3 at 0.4 of mn10's width, with the same front end and the 527 classes of AudioSet.
Source: Schmid et al., "Efficient large-scale audio tagging via transformer-to-CNN knowledge
distillation" (2023).
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.networks.qvim.mobilenet import MobileNetV3

WIDTH = 0.4
FEATURES = 384
CLASSES = 527
HIDDEN = 512


class EfficientAt(nn.Module):
    """Spectrogram (batch, 1, 128, frames) of networks.qvim_front_end → features and class
    scores."""

    def __init__(self) -> None:
        super().__init__()
        self.features = MobileNetV3(WIDTH).features
        self.classifier = nn.Sequential(
            nn.Identity(),
            nn.Identity(),
            nn.Linear(FEATURES, HIDDEN),
            nn.Hardswish(),
            nn.Dropout(0.2),
            nn.Linear(HIDDEN, CLASSES),
        )

    def forward(self, spectrogram: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Features (batch, 384) and the logits of the classes (batch, 527)."""
        features = self.features(spectrogram).mean(dim=(2, 3))
        return features, self.classifier(features)


def load_efficientat(path: Path) -> EfficientAt:
    """Weights of ``mn04_as`` as safetensors. Raises CheckpointError if they misfit."""
    tagger = EfficientAt()
    try:
        tagger.load_state_dict(load_file(path))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise CheckpointError(
            f"{path} cannot be read as the tagger mn04_as: expected its safetensors file "
            f"({reason_of(error)}). Give that file with --weights."
        ) from error
    return tagger.eval()
