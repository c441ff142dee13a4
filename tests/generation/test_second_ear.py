"""An adapter with a second ear: the tower's view of the voice counts, and must be there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear

from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Voice


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny checkpoint whose adapter hears, with random weights throughout."""
    folder = build_tiny_checkpoint(tmp_path / "tiny")
    give_second_ear(folder)
    return folder


def load(folder: Path) -> LoadedCheckpoint:
    checkpoint = find_checkpoint(str(folder))
    return load_checkpoint(checkpoint, plan_for(checkpoint, VramMode.CPU))


def asked_of(samples: np.ndarray, embedding: np.ndarray) -> Asked:
    take = AudioClip.from_mono(samples.astype(np.float32), 48_000)
    return Asked(1.0, voice=Voice(take, embedding))


def test_condition_is_what_the_adapter_makes_of_both_ears(folder: Path) -> None:
    loaded = load(folder)
    hiss = np.random.default_rng(0).uniform(-0.5, 0.5, 48_000)
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(48_000) / 48_000)
    embedding = np.full(960, 960**-0.5, np.float32)  # the first ear hears the same in both
    conditions = [loaded.conditions(asked_of(sound, embedding))[0] for sound in (hiss, tone)]
    assert (conditions[0] - conditions[1]).abs().max() > 1e-3
    voice = asked_of(tone, embedding).voice
    assert voice is not None
    with torch.inference_mode():
        heard = loaded.heard(voice.clip)
        wanted = loaded.adapter(torch.from_numpy(embedding)[None], heard)
    torch.testing.assert_close(conditions[1], wanted)


def test_adapter_without_its_tower_says_what_is_missing(folder: Path) -> None:
    (folder / TOWER_FOLDER).rename(folder / "elsewhere")
    loaded = load(folder)
    with pytest.raises(
        CheckpointError, match=r"listens with an audio tower.*audio_tower/ or clap/"
    ):
        loaded.conditions(asked_of(np.ones(4_800), np.zeros(960, np.float32)))
