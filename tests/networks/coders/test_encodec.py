"""EnCodec: equal to transformers' on the same weights, whole and while the codes still come."""

from __future__ import annotations

from functools import cache

import pytest
import torch

from qvim_studio.networks.coders.encodec import Decoding, Encodec, folded_norms
from qvim_studio.networks.coders.encodec_shape import EncodecShape
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import EncodecConfig, EncodecModel  # isort: skip

CAUSAL = {"use_causal_conv": True, "use_conv_shortcut": True}
MUSICGEN = {"use_causal_conv": False, "use_conv_shortcut": False}  # as its 32 kHz coder


@cache
def official(is_musicgen: bool = True) -> EncodecModel:
    torch.manual_seed(0)
    options = MUSICGEN if is_musicgen else CAUSAL
    config = EncodecConfig(
        sampling_rate=32_000,
        target_bandwidths=[0.8],
        upsampling_ratios=[8, 5, 4, 4],
        num_filters=2,
        hidden_size=8,
        codebook_size=16,
        codebook_dim=8,
        num_lstm_layers=2,
        **options,
    )
    model = EncodecModel(config).eval().requires_grad_(False)
    for name, buffer in model.named_buffers():
        if name.endswith("codebook.embed"):
            buffer.normal_()  # zeros: every code would sound alike
    return model


@cache
def ours(model: EncodecModel) -> Encodec:
    coder = Encodec(EncodecShape.from_config(model.config.to_dict()))
    coder.load_state_dict(folded_norms(model.state_dict()))
    return coder.eval().requires_grad_(False)


def relative_error(made: torch.Tensor, expected: torch.Tensor) -> float:
    return float((made - expected).abs().max() / expected.abs().max())


def some_codes(frames: int) -> torch.Tensor:
    return torch.randint(0, 16, (2, 4, frames), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("is_musicgen", [False, True])
@pytest.mark.parametrize("samples", [640 * 20, 640 * 7 + 123])
def test_codes_and_sound_are_those_of_transformers(is_musicgen: bool, samples: int) -> None:
    model = official(is_musicgen)
    coder = ours(model)
    sound = torch.randn(2, samples, generator=torch.Generator().manual_seed(2))
    expected = model.encode(sound[:, None]).audio_codes[0]
    codes = coder.encode(sound)
    assert torch.equal(codes, expected)
    decoded = model.decode(codes[None], [None]).audio_values[:, 0]
    made = coder.decode(codes)
    assert made.shape == (2, codes.shape[2] * 640)
    assert relative_error(made, decoded) < 1e-5


@pytest.mark.parametrize("is_musicgen", [False, True])
@pytest.mark.parametrize("pieces", [[30], [1] * 30, [2, 0, 9, 4, 1, 1, 13], [29, 1], [3, 27]])
def test_pieces_of_codes_make_the_sound_of_the_whole(is_musicgen: bool, pieces: list[int]) -> None:
    coder = ours(official(is_musicgen))
    codes = some_codes(sum(pieces))
    decoding, made, begin = Decoding(coder), [], 0
    for number, count in enumerate(pieces):
        piece = codes[..., begin : begin + count]
        made.append(decoding.push(piece, is_last=number + 1 == len(pieces)))
        begin += count
    assert relative_error(torch.cat(made, dim=1), coder.decode(codes)) < 1e-5


def test_sound_comes_a_few_frames_after_its_codes() -> None:
    decoding, codes = Decoding(ours(official())), some_codes(40)
    for begin in range(0, 40, 5):
        decoding.push(codes[..., begin : begin + 5])
    rest = decoding.push(codes[..., :0], is_last=True)
    assert rest.shape[1] <= 10 * 640


def test_a_norm_is_folded_under_both_names_that_torch_has_given_it() -> None:
    gain, direction = torch.tensor([[[2.0]], [[3.0]]]), torch.randn(2, 4, 3)
    new = {
        "conv.parametrizations.weight.original0": gain,
        "conv.parametrizations.weight.original1": direction,
    }
    old = {"conv.weight_g": gain, "conv.weight_v": direction, "codebook.inited": torch.ones(1)}
    weight = folded_norms(new)["conv.weight"]
    assert weight.flatten(1).norm(dim=1).tolist() == pytest.approx([2.0, 3.0])
    assert folded_norms(old).keys() == {"conv.weight"}
    assert torch.equal(folded_norms(old)["conv.weight"], weight)
