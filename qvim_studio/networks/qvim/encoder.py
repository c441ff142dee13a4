"""The QVIM encoder: one network for imitations, one for reference sounds, one space for both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file
from torch import nn

from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM, MobileNetV3
from qvim_studio.networks.qvim.qvim_front_end import QvimFrontEnd, fit_window
from qvim_studio.networks.qvim.qvim_weights import (
    CONFIG_FILE,
    SHARED_NAME,
    WEIGHTS_FILE,
    read_branches,
)

Branch = Literal["imitation", "reference"]


class QvimEncoder(nn.Module):
    """Embeds imitations and references so that their cosine shows how well they match.

    build: makes the network of either branch.
    """

    def __init__(self, build: Callable[[], MobileNetV3] = MobileNetV3) -> None:
        super().__init__()
        self.front_end = QvimFrontEnd()
        self.imitation = build()
        self.reference = build()

    def embed(self, waveform: torch.Tensor, branch: Branch) -> torch.Tensor:
        """(batch, samples) at 32 kHz → (batch, 960), unit norm; 10 s window, levels kept."""
        network = self.imitation if branch == "imitation" else self.reference
        return nn.functional.normalize(network(self.front_end(fit_window(waveform))), dim=-1)


def load_qvim_encoder(path: str | Path) -> QvimEncoder:
    """Load both branches, strictly, from any of the public layouts (see qvim_weights).

    Raises CheckpointError naming what is missing or does not fit.
    """
    branches = read_branches(Path(path))
    encoder = QvimEncoder(MobileNetV3.without_weights)
    encoder.imitation.load_state_dict(branches["imitation"], assign=True)
    encoder.reference.load_state_dict(branches["reference"], assign=True)
    return encoder.eval()


def save_qvim_encoder(encoder: QvimEncoder, folder: str | Path, *, half: bool = True) -> None:
    """Write ``config.json`` and ``model.safetensors``.

    half: write float16, except for tensors beyond its range (possible for a variance). Tensors that
    the branches share are written once.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    branches = {"imitation": encoder.imitation, "reference": encoder.reference}
    states = {branch: network.state_dict() for branch, network in branches.items()}
    weights = {}
    for branch, state in states.items():
        for name, value in state.items():
            is_shared = all(torch.equal(value, other[name]) for other in states.values())
            stored = value.half() if half and _fits_half(value) else value.clone()
            weights[f"{SHARED_NAME if is_shared else branch}.{name}"] = stored
    save_file(weights, folder / WEIGHTS_FILE)
    config = {"model_type": "qvim", "architecture": "mn10", "embedding_dim": EMBEDDING_DIM}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _fits_half(value: torch.Tensor) -> bool:
    return value.is_floating_point() and bool(value.half().isfinite().all())


def encoder_id(encoder: QvimEncoder) -> str:
    """16 hex digits of the SHA-256 over all weights in float16: names the embedding space."""
    digest = hashlib.sha256()
    for name, value in sorted(encoder.state_dict().items()):
        digest.update(name.encode())
        stored = value.half() if value.is_floating_point() else value
        digest.update(stored.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
