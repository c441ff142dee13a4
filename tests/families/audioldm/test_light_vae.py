"""The light decoder: taken where it rebuilds a sound about as truly as the VAE's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.families.audioldm.light_vae import (
    LIGHT_VAE_FOLDER,
    is_true_enough,
    load_light_vae,
    make_light_vae,
)
from qvim_studio.networks.mel import LOG_FLOOR, SAMPLE_RATE

from diffusers import AutoencoderKL, AutoencoderTiny  # isort: skip


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return mono_at(read_audio(min(resource_path("library").glob("*.ogg"))), SAMPLE_RATE)


@pytest.fixture(scope="module")
def vae() -> AutoencoderKL:
    """The starter's, whose decoder is trained."""
    return AutoencoderKL.from_pretrained(resource_path("starter"), subfolder="vae").float().eval()


class Shifted(torch.nn.Module):
    """A light decoder that says what the VAE says, so many neper louder."""

    def __init__(self, vae: AutoencoderKL, louder: float) -> None:
        super().__init__()
        self.vae, self.louder = vae, louder

    def decode(self, latents: torch.Tensor):
        made = self.vae.decode(latents)
        made.sample = made.sample + self.louder
        return made


def test_one_that_says_about_the_same_is_taken(vae: AutoencoderKL, sound: np.ndarray) -> None:
    assert is_true_enough(Shifted(vae, 0.0), vae, sound)
    assert is_true_enough(Shifted(vae, 0.05), vae, sound)


def test_one_that_does_not_is_refused(vae: AutoencoderKL, sound: np.ndarray) -> None:
    assert not is_true_enough(Shifted(vae, 0.5), vae, sound)
    assert not is_true_enough(make_light_vae(8).eval(), vae, sound)


def test_untrained_it_maps_latents_to_the_middle_of_a_log_mel() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        made = make_light_vae(8).decode(torch.randn(2, 8, 6, 16)).sample
    assert made.shape == (2, 1, 24, 64)
    assert made.mean().item() == pytest.approx(LOG_FLOOR / 2, abs=1.5)


def test_it_is_loaded_from_the_checkpoint_in_float32(tmp_path: Path) -> None:
    assert load_light_vae(tmp_path, "cpu") is None
    torch.manual_seed(0)
    light = make_light_vae(8)
    light.half().save_pretrained(tmp_path / LIGHT_VAE_FOLDER)
    again = load_light_vae(tmp_path, "cpu")
    assert isinstance(again, AutoencoderTiny) and again.dtype == torch.float32
    torch.testing.assert_close(
        again.decoder.layers[0].weight, light.decoder.layers[0].weight.float()
    )


def test_damaged_files_are_said_in_a_sentence(tmp_path: Path) -> None:
    make_light_vae(8).save_pretrained(tmp_path / LIGHT_VAE_FOLDER)
    weights = next((tmp_path / LIGHT_VAE_FOLDER).glob("*.safetensors"))
    weights.write_bytes(b"broken")
    with pytest.raises(CheckpointError, match="train it again"):
        load_light_vae(tmp_path, "cpu")
