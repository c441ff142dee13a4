"""Sizes of AudioSR fit together, and folders are known by their index."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from qvim_studio.families.audiosr.config import (
    HOP,
    LATENT_SAMPLES,
    MEL_BANDS,
    recognizes,
    unet_config,
    vae_config,
    vocoder_config,
)


def test_a_latent_is_as_many_samples_as_vae_and_vocoder_make_of_it() -> None:
    vocoder = vocoder_config(1536)
    assert math.prod(vocoder["upsample_rates"]) == HOP
    assert vocoder["model_in_dim"] == MEL_BANDS
    halvings = len(vae_config(128, 16, 1.0)["block_out_channels"]) - 1
    assert HOP * 2**halvings == LATENT_SAMPLES


@pytest.mark.parametrize(("width", "heads"), [(128, [4, 8, 12, 20]), (8, [1, 1, 1, 1])])
def test_attention_has_heads_of_32_channels_and_at_least_one(width: int, heads: list[int]) -> None:
    config = unet_config(width, 16)
    assert config["attention_head_dim"] == heads
    assert config["block_out_channels"] == [width, 2 * width, 3 * width, 5 * width]
    assert (config["in_channels"], config["out_channels"]) == (32, 16)


@pytest.mark.parametrize(("name", "is_known"), [("AudioSR", True), ("AudioLDMPipeline", False)])
def test_a_folder_is_known_by_its_index(tmp_path: Path, name: str, is_known: bool) -> None:
    index = json.dumps({"_class_name": name})
    (tmp_path / "model_index.json").write_text(index, encoding="utf-8")
    assert recognizes(tmp_path) is is_known
