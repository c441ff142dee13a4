"""Words become conditions as transformers' own tower and tokenizer make them."""

from __future__ import annotations

import pytest
import torch

from qvim_studio.core.program.resources import resource_path
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)
from qvim_studio.voice.text_conditioner import TextConditioner

from transformers import AutoTokenizer, ClapTextModelWithProjection  # isort: skip


@pytest.mark.parametrize("words", ["", "a dog barking in a hall", "Wind, thunder & rain!"])
@torch.inference_mode()
def test_the_starter_reads_words_as_transformers_does(words: str) -> None:
    folder = resource_path("starter")
    tower = ClapTextModelWithProjection.from_pretrained(folder / "text_encoder").float().eval()
    tokens = AutoTokenizer.from_pretrained(folder / "tokenizer")(words, return_tensors="pt")
    expected = torch.nn.functional.normalize(tower(**tokens).text_embeds, dim=-1)
    (made,) = TextConditioner(folder).embed([words])
    torch.testing.assert_close(made, expected, rtol=0.0, atol=1e-6)
