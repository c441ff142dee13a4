"""The shape of an EnCodec is read from its configuration, and other kinds are refused."""

from __future__ import annotations

from typing import Any

import pytest

from qvim_studio.networks.coders.encodec_shape import EncodecShape
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

MUSICGEN: dict[str, Any] = {  # of the 32 kHz coder of MusicGen, as published
    "sampling_rate": 32_000,
    "upsampling_ratios": [8, 5, 4, 4],
    "target_bandwidths": [2.2],
    "codebook_size": 2048,
    "num_filters": 64,
    "use_causal_conv": False,
    "use_conv_shortcut": False,
}


def test_frames_and_codebooks_are_those_of_the_published_coders() -> None:
    musicgen = EncodecShape.from_config(MUSICGEN)
    assert (musicgen.hop, musicgen.frames_per_s, musicgen.codebooks) == (640, 50.0, 4)
    assert not (musicgen.is_causal or musicgen.has_conv_shortcut)
    default = EncodecShape.from_config({})  # of facebook/encodec_24khz
    assert (default.hop, default.frames_per_s, default.codebooks) == (320, 75.0, 32)
    assert default.is_causal and default.has_conv_shortcut


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("normalize", True),
        ("norm_type", "time_group_norm"),
        ("chunk_length_s", 1.0),
        ("audio_channels", 2),
        ("upsampling_ratios", [8, "x"]),
        ("upsampling_ratios", []),
        ("target_bandwidths", []),
        ("codebook_dim", 7),
        ("num_filters", 0),
        ("num_filters", "many"),
    ],
)
def test_coders_of_other_kinds_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        EncodecShape.from_config({**MUSICGEN, name: value})
