"""Every tensor of the original code has one name in diffusers, and no other name is taken."""

from __future__ import annotations

import pytest
from original_layout import unet_layers, vae_layers, vocoder_layers

from qvim_studio.checkpoints.original_names import unet_names, vae_names, vocoder_names


@pytest.mark.parametrize("transformers", [1, 2, 3])
def test_unet_of_any_number_of_transformers(transformers: int) -> None:
    layers = {f"{old}.weight": f"{new}.weight" for old, new in unet_layers(4, 2, transformers)}
    assert unet_names(layers, 2, transformers) == layers


def test_film_of_a_unet() -> None:
    assert unet_names(["film_emb.weight"], 2, 1) == {"film_emb.weight": "class_embedding.weight"}


@pytest.mark.parametrize("levels", [3, 4])
def test_autoencoder_counts_its_decoder_from_the_other_end(levels: int) -> None:
    layers = {f"{old}.bias": f"{new}.bias" for old, new in vae_layers(levels, 2)}
    assert vae_names(layers) == layers


def test_vocoder() -> None:
    layers = {f"{old}.weight": f"{new}.weight" for old, new in vocoder_layers(5)}
    assert vocoder_names(layers) == layers


@pytest.mark.parametrize("name", ["label_emb.weight", "input_blocks.1.0.h_upd.weight"])
def test_a_tensor_of_another_unet_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a tensor of"):
        unet_names([name], 2, 2)
