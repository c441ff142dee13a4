"""The audio tower of a CLAP hears as the whole CLAP does, with the extractor that comes along."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_clap import add_tiny_clap
from transformers import ClapFeatureExtractor, ClapModel

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.voice.clap_audio import ClapAudioConditioner

VOICE = AudioClip.from_mono(np.random.default_rng(0).uniform(-0.1, 0.1, 24_000), 48_000)


def test_of_the_whole_clap_its_own_audio_tower_hears(tmp_path: Path) -> None:
    add_tiny_clap(tmp_path)
    samples = VOICE.mono()
    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")
    features = extractor(samples, sampling_rate=48_000, return_tensors="pt")
    whole = ClapModel.from_pretrained(tmp_path / "clap").eval()
    with torch.inference_mode():
        wanted = whole.get_audio_features(**features).pooler_output
    embedding = ClapAudioConditioner(tmp_path / "clap").embed(samples)
    torch.testing.assert_close(embedding, torch.nn.functional.normalize(wanted, dim=-1))


@pytest.mark.parametrize("place", ["clap", "feature_extractor"])
def test_the_extractor_that_comes_with_it_counts(tmp_path: Path, place: str) -> None:
    add_tiny_clap(tmp_path)
    usual = ClapAudioConditioner(tmp_path / "clap").embed(VOICE.mono())
    # What is heard of the voice is then silence around it, not the voice again and again.
    ClapFeatureExtractor(truncation="rand_trunc", padding="pad").save_pretrained(tmp_path / place)
    other = ClapAudioConditioner(tmp_path / "clap").embed(VOICE.mono())
    assert (usual - other).abs().max() > 1e-4


def test_a_clap_without_ears_is_refused(tmp_path: Path) -> None:
    add_tiny_clap(tmp_path)
    path = tmp_path / "clap" / "model.safetensors"
    weights = {k: v for k, v in load_file(path).items() if not k.startswith("audio_projection")}
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(CheckpointError, match=r"lacks 4 weights .*audio_projection"):
        ClapAudioConditioner(tmp_path / "clap")
