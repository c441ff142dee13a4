"""MusicLDM is an AudioLDM: what its official pipeline saves is recognized, and sounds alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_musicldm import text_vector, tiny_musicldm

from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.audioldm.made_latents import made_frames
from qvim_studio.families.audioldm.parts import original_heads
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of_folder
from qvim_studio.families.protocol import Asked, Kept, Made, Report
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
REPORT = Report(lambda done, steps, picture: None, lambda: False)
MUSICLDM_UNET = {
    "attention_head_dim": 8,
    "block_out_channels": [128, 256, 384, 640],
    "class_embeddings_concat": True,
}


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return tiny_musicldm()


@pytest.fixture(scope="module")
def folder(pipeline: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("musicldm") / "tiny"
    pipeline.save_pretrained(folder)
    return folder


def made(folder: Path, *, steps: int = 2, **asked: Any) -> Made:
    checkpoint = find_checkpoint(str(folder))
    options = {"steps": steps, "guidance": 2.0, "sampler": "ddim"}
    filled = FAMILY.describe(checkpoint).filled(OptionValues(options))
    request = Asked(1.28, options=filled, **asked)
    generator = FAMILY.load(checkpoint, PLAN)
    (sound,) = generator.make(generator.condition(request), request, [3], REPORT)
    return sound


def test_its_folder_is_recognized(folder: Path) -> None:
    assert family_of_folder(folder).id == "audioldm"
    declared = FAMILY.describe(find_checkpoint(str(folder)))
    assert declared.takes(Input.TEXT) and declared.takes(Input.VOICE)
    assert declared.voice_route is VoiceRoute.TOWER


@pytest.mark.parametrize("negative", ["", "hum"])
def test_words_sound_as_in_the_official_pipeline(
    folder: Path, pipeline: Any, negative: str
) -> None:
    """Which takes vectors alone with transformers 5: those of its own CLAP, here."""
    official = pipeline(
        prompt_embeds=text_vector(pipeline, "rain on tin"),
        negative_prompt_embeds=text_vector(pipeline, negative),
        num_inference_steps=2,
        guidance_scale=2.0,
        audio_length_in_s=1.28,
        generator=torch.Generator().manual_seed(3),
    ).audios[0]
    ours = made(folder, text="rain on tin", negative_text=negative).samples[:, 0]
    assert np.abs(official).max() > 1e-3
    assert np.abs(ours - official).max() < 1e-4 * np.abs(official).max()


def test_a_sound_is_restyled_the_more_the_more_strength(folder: Path) -> None:
    rng = np.random.default_rng(0)
    start = AudioClip.from_mono(0.1 * rng.standard_normal(20_480).astype(np.float32), 16_000)

    def restyled(strength: float) -> np.ndarray:
        return made(folder, text="rain", starts={3: start}, strength=strength, steps=8).samples

    least = restyled(0.125)
    apart = [np.abs(restyled(strength) - least).mean() for strength in (0.25, 0.5, 1.0)]
    assert 0 < apart[0] < apart[1] < apart[2]


def test_a_part_is_made_anew_and_the_rest_is_kept(folder: Path) -> None:
    rng = np.random.default_rng(0)
    sound = AudioClip.from_mono(0.1 * rng.standard_normal(20_480).astype(np.float32), 16_000)
    parts = ((0.2, 0.4), (0.8, 1.0))
    latents = made(folder, text="rain", kept=Kept(sound, parts), steps=5).goes_on
    other = made(folder, text="a door", kept=Kept(sound, parts), steps=5).goes_on
    is_made = made_frames(Kept(sound, parts), latents.shape[2])
    apart = (latents - other).abs().amax(dim=(0, 1, 3))
    assert apart[~is_made].max() < 0.5 * apart[is_made].min()


def test_converted_files_get_the_heads_of_the_original() -> None:
    assert original_heads(MUSICLDM_UNET) == (4, 8, 12, 20)
