"""A request for light parts: taken, refused with a note, or needless."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint
from torch import nn

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult
from qvim_studio.families.audioldm import loaded
from qvim_studio.families.audioldm import parts as audioldm
from qvim_studio.families.audioldm.generator import NO_LIGHT, UNTRUE_LIGHT
from qvim_studio.families.audioldm.light_vae import LIGHT_VAE_FOLDER
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.networks.coders.vocos import VocosVocoder

from diffusers import AutoencoderKL  # isort: skip

pytestmark = pytest.mark.usefixtures("quick_ears")


class LightDecoder(nn.Module):
    """Says what the checkpoint's VAE says, so many neper louder."""

    def __init__(self, checkpoint: Path, louder: float) -> None:
        super().__init__()
        self.vae = AutoencoderKL.from_pretrained(checkpoint / "vae")
        self.louder = louder
        self.clips = 0

    def decode(self, latents: torch.Tensor):
        self.clips += 1
        made = self.vae.decode(latents)
        made.sample = made.sample + self.louder
        return made


class HeavyVocoder(nn.Module):
    """Of another kind than the light ones: the starter's behind a mel that is too loud."""

    def __init__(self, louder: float) -> None:
        super().__init__()
        self.vocoder = VocosVocoder.from_pretrained(resource_path("starter", "vocoder"))
        self.louder = louder
        self.clips = 0

    def forward(self, log_mel: torch.Tensor) -> torch.Tensor:
        self.clips += 1
        return self.vocoder(log_mel + self.louder)


def make(
    folder: Path,
    vocoder: nn.Module | None,
    monkeypatch: pytest.MonkeyPatch,
    is_light: bool = True,
) -> GenerationResult:
    def load(path: Path, plan: ComputePlan) -> nn.Module:
        return vocoder or VocosVocoder.from_pretrained(path)

    monkeypatch.setattr(audioldm, "_load_vocoder", load)
    tiny = str(build_tiny_checkpoint(folder))
    noise = torch.randn(8_000, generator=torch.Generator().manual_seed(0)).numpy()
    request = GenerationRequest(
        imitation=AudioClip.from_mono(0.1 * noise, 16_000),
        checkpoint=tiny,
        variations=2,
        light=is_light,
    )
    return StudioEngine(lambda *query: ()).generate(request, lambda progress: None, lambda: False)


def test_a_good_one_sounds_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = HeavyVocoder(0.1)
    result = make(tmp_path, heavy, monkeypatch)
    assert heavy.clips == 1  # it was tried out and heard no more
    assert NO_LIGHT not in result.notes
    assert result.request.recipe()["light"]


def test_none_is_good_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = HeavyVocoder(2.0)
    result = make(tmp_path, heavy, monkeypatch)
    assert heavy.clips == 3
    assert result.notes.count(NO_LIGHT) == 1


def test_a_light_checkpoint_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert NO_LIGHT not in make(tmp_path, None, monkeypatch).notes


@pytest.mark.parametrize(
    ("louder", "is_light", "clips"), [(0.0, True, 3), (0.5, True, 1), (0.0, False, None)]
)
def test_a_light_decoder_speaks_where_it_is_asked_for_and_true_enough(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    louder: float,
    is_light: bool,
    clips: int | None,
) -> None:
    """It is tried out once, and then heard for both variations or no more, with a note."""
    made: list[LightDecoder] = []

    def load(checkpoint: Path, device: str) -> LightDecoder:
        made.append(LightDecoder(checkpoint, louder))
        return made[-1]

    monkeypatch.setattr(loaded, "load_light_vae", load)
    (tmp_path / LIGHT_VAE_FOLDER).mkdir()
    result = make(tmp_path, None, monkeypatch, is_light)
    assert [light.clips for light in made] == ([] if clips is None else [clips])
    assert result.notes.count(UNTRUE_LIGHT) == (louder > 0)
