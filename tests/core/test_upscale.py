"""The name of a sound that got highs."""

from __future__ import annotations

import pytest

from qvim_studio.core.upscale import upscaled_name


@pytest.mark.parametrize(
    ("name", "upscaled"),
    [
        ("dog bark", "dog bark upscaled"),
        ("dog_bark_02", "dog_bark upscaled"),
        ("dog_bark_upscaled_03", "dog_bark_upscaled"),
    ],
)
def test_an_upscaled_sound_is_named_after_its_sound(name: str, upscaled: str) -> None:
    assert upscaled_name(name) == upscaled
