"""The QVIM encoder embeds both sides, and is stored in half precision without a loss."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.qvim.encoder import (
    QvimEncoder,
    encoder_id,
    load_qvim_encoder,
    save_qvim_encoder,
)

Weights = dict[str, torch.Tensor]


def test_embeddings_are_unit_vectors_and_branches_differ() -> None:
    torch.manual_seed(0)
    encoder = QvimEncoder().eval()
    waveform = torch.randn(2, 5000) * 0.1
    with torch.inference_mode():
        imitated = encoder.embed(waveform, "imitation")
        referred = encoder.embed(waveform, "reference")
    assert imitated.shape == (2, 960)
    torch.testing.assert_close(imitated.norm(dim=1), torch.ones(2))
    assert not torch.allclose(imitated, referred)


def test_own_layout_survives_saving_and_keeps_its_name(tmp_path: Path) -> None:
    torch.manual_seed(3)
    encoder = QvimEncoder()
    save_qvim_encoder(encoder, tmp_path)
    loaded = load_qvim_encoder(tmp_path)
    assert encoder_id(loaded) == encoder_id(encoder)


def test_what_the_branches_share_is_stored_once(tmp_path: Path) -> None:
    encoder = QvimEncoder()
    encoder.reference.load_state_dict(encoder.imitation.state_dict())
    with torch.no_grad():
        encoder.reference.features[16][0].weight += 1.0
    save_qvim_encoder(encoder, tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    owners = [name.partition(".")[0] for name in stored]
    assert (owners.count("both"), owners.count("imitation"), owners.count("reference")) == (
        307,
        1,
        1,
    )
    loaded = load_qvim_encoder(tmp_path)
    for branch in ("imitation", "reference"):
        wanted = getattr(encoder, branch).state_dict()
        for name, value in getattr(loaded, branch).state_dict().items():
            torch.testing.assert_close(value, wanted[name], atol=1e-3, rtol=1e-3)
    del stored["reference.features.16.0.weight"]
    save_file(stored, tmp_path / "model.safetensors")
    with pytest.raises(CheckpointError, match="reference branch lacks 1 of 308"):
        load_qvim_encoder(tmp_path)


def test_value_beyond_half_precision_survives_saving(tmp_path: Path) -> None:
    encoder = QvimEncoder()
    encoder.imitation.features[0][1].running_var[0] = 1e6
    save_qvim_encoder(encoder, tmp_path)
    assert load_qvim_encoder(tmp_path).imitation.features[0][1].running_var[0] == 1e6
