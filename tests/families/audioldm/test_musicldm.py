"""MusicLDM is an AudioLDM: what its official pipeline saves is recognized, and sounds alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_musicldm import text_vector, tiny_musicldm

from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.audioldm.parts import original_heads
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of_folder
from qvim_studio.families.protocol import Asked, Made, Report
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


def made(folder: Path, **asked: Any) -> Made:
    checkpoint = find_checkpoint(str(folder))
    options = {"steps": 2, "guidance": 2.0, "sampler": "ddim"}
    filled = FAMILY.describe(checkpoint).filled(OptionValues(options))
    request = Asked(1.28, options=filled, **asked)
    generator = FAMILY.load(checkpoint, PLAN)
    (sound,) = generator.make(generator.condition(request), request, [3], REPORT)
    return sound


def test_its_folder_is_recognized(folder: Path) -> None:
    assert family_of_folder(folder).id == "audioldm"
    told = FAMILY.describe(find_checkpoint(str(folder)))
    assert told.takes(Input.TEXT) and told.takes(Input.VOICE)
    assert told.voice_route is VoiceRoute.TOWER


def test_words_sound_as_in_the_official_pipeline(folder: Path, pipeline: Any) -> None:
    """Which takes vectors alone with transformers 5: those of its own CLAP, here."""
    official = pipeline(
        prompt_embeds=text_vector(pipeline, "rain on tin"),
        negative_prompt_embeds=text_vector(pipeline, ""),
        num_inference_steps=2,
        guidance_scale=2.0,
        audio_length_in_s=1.28,
        generator=torch.Generator().manual_seed(3),
    ).audios[0]
    ours = made(folder, text="rain on tin").samples[:, 0]
    assert np.abs(official).max() > 1e-3
    assert np.abs(ours - official).max() < 1e-4 * np.abs(official).max()


def test_converted_files_get_the_heads_of_the_original() -> None:
    assert original_heads(MUSICLDM_UNET) == (4, 8, 12, 20)
