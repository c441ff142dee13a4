"""The text tower computes what transformers' does, and says which configurations are beyond it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvim_studio.networks.clap_text import COUNTERS, ClapTextConfig, ClapTextTower
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import ClapTextConfig as TheirConfig  # isort: skip
from transformers import ClapTextModelWithProjection  # isort: skip

SMALL = {
    "vocab_size": 40,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 32,
    "max_position_embeddings": 20,
    "projection_dim": 24,
}


@torch.inference_mode()
def test_it_computes_what_transformers_network_computes() -> None:
    torch.manual_seed(0)
    theirs = ClapTextModelWithProjection(TheirConfig(**SMALL)).eval()
    for value in theirs.parameters():
        torch.nn.init.normal_(value, std=0.3)
    sizes = ClapTextConfig.from_published(theirs.config.to_dict())
    assert sizes is not None
    ours = ClapTextTower(sizes).eval()
    weights = {name: value for name, value in theirs.state_dict().items() if name not in COUNTERS}
    ours.load_state_dict(weights)
    for tokens in (torch.tensor([[0, 7, 9, 30, 2]]), torch.tensor([[0, 2]])):
        expected = theirs(input_ids=tokens).text_embeds
        assert (ours(tokens) - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize(
    "change", [{"hidden_act": "relu"}, {"model_type": "clap"}, {"projection_hidden_act": "gelu"}]
)
def test_what_it_would_compute_otherwise_is_beyond_it(change: dict[str, Any]) -> None:
    published = {**SMALL, "model_type": "clap_text_model"}
    assert ClapTextConfig.from_published(published) is not None
    assert ClapTextConfig.from_published({**published, **change}) is None
