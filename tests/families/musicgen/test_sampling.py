"""How codes are drawn: transformers' filters on the same logits, and numbers from outside."""

from __future__ import annotations

import pytest
import torch

from qvim_studio.families.musicgen.sampling import Sampling, drawn, guided, shares
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper  # isort: skip

LOGITS = 3 * torch.randn(6, 50, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"), [(1.0, 250, 1.0), (0.7, 10, 1.0), (1.3, 40, 0.6), (1, 1, 1)]
)
def test_probabilities_are_those_of_transformers(
    temperature: float, top_k: int, top_p: float
) -> None:
    expected = LOGITS / temperature
    expected = TemperatureLogitsWarper(float(temperature))(None, LOGITS)
    expected = TopKLogitsWarper(min(top_k, 50))(None, expected)
    if top_p < 1.0:
        expected = TopPLogitsWarper(top_p)(None, expected)
    probabilities, codes = shares(LOGITS, Sampling(3.0, temperature, top_k, top_p))
    made = torch.zeros_like(LOGITS).scatter(-1, codes, probabilities)
    assert torch.allclose(made, expected.softmax(dim=-1), atol=1e-6)


def test_guidance_goes_from_what_is_not_wanted_past_what_is() -> None:
    assert guided(torch.tensor(2.0), torch.tensor(1.0), 3.0) == 4.0


def test_numbers_choose_codes_by_their_probability() -> None:
    numbers = (torch.arange(1000) + 0.5) / 1000
    sampling = Sampling(1.0, 1.0, 5, 1.0)
    codes = drawn(LOGITS[:1].expand(1000, -1), numbers, sampling)
    probabilities, kept = shares(LOGITS[0], sampling)
    for code, probability in zip(kept, probabilities, strict=True):
        assert (codes == code).float().mean() == pytest.approx(float(probability), abs=2e-3)
    assert drawn(LOGITS, torch.zeros(6), sampling).tolist() == LOGITS.argmax(dim=-1).tolist()
