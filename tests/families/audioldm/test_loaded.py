"""An adapter with a second ear: the tower's view of the voice counts, and must be there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear
from torch.nn.functional import normalize

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Voice
from qvim_studio.voice.conditioning import Wanted, mix


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
    conditions = [loaded.conditions(asked_of(sound, embedding))[0].vector for sound in (hiss, tone)]
    assert (conditions[0] - conditions[1]).abs().max() > 1e-3
    voice = asked_of(tone, embedding).voice
    assert voice is not None
    with torch.inference_mode():
        tower_embedding = loaded.tower_embedding(voice.clip)
        wanted = loaded.adapter(torch.from_numpy(embedding)[None], tower_embedding)
    torch.testing.assert_close(conditions[1], wanted)


def test_adapter_without_its_tower_says_what_is_missing(folder: Path) -> None:
    (folder / TOWER_FOLDER).rename(folder / "elsewhere")
    loaded = load(folder)
    with pytest.raises(
        CheckpointError, match=r"listens with an audio tower.*audio_tower/ or clap/"
    ):
        loaded.conditions(asked_of(np.ones(4_800), np.zeros(960, np.float32)))


def test_a_found_sound_says_what_is_made_as_far_as_the_checkpoint_wants_it(folder: Path) -> None:
    embedding = np.full(960, 960**-0.5, np.float32)
    asked = asked_of(np.random.default_rng(0).uniform(-0.5, 0.5, 48_000), embedding)
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(48_000) / 48_000)
    found = AudioClip.from_mono(tone.astype(np.float32), 48_000)
    wanted = load(folder).conditions(asked)[0]
    unsaid, half, loaded = (with_share(folder, share) for share in (None, 0.5, 1.0))
    led = [one.led_to(found, wanted).vector for one in (unsaid, half, loaded)]
    nearness = [float((one * loaded.tower_embedding(found)).sum()) for one in led]
    assert nearness[0] < nearness[1] < nearness[2] == pytest.approx(1.0, abs=1e-4)
    assert [float(one.norm()) for one in led] == pytest.approx([1.0] * 3, abs=1e-4)
    assert torch.equal(led[0], wanted.vector)


def test_beside_words_a_found_sound_takes_the_place_of_the_voice_alone(folder: Path) -> None:
    loaded, rng = with_share(folder, 1.0), np.random.default_rng(0)
    found = AudioClip.from_mono(rng.uniform(-0.5, 0.5, 24_000).astype(np.float32), 48_000)
    sound = loaded.tower_embedding(found)
    voice, text = (normalize(torch.from_numpy(rng.normal(size=(1, 512))).float()) for _ in "ab")
    both = Wanted(voice, text, 0.4)
    torch.testing.assert_close(loaded.led_to(found, both).vector, mix(sound, text, 0.4))
    in_words = replace(both, balance=1.0)
    torch.testing.assert_close(loaded.led_to(found, in_words).vector, text)
    assert loaded.led_to(found, replace(both, voice=None)).vector is text


def with_share(folder: Path, share: float | None) -> LoadedCheckpoint:
    """share: None says nothing of found sounds, as the cards of most checkpoints."""
    card = json.loads((folder / "studio.json").read_text())
    card["defaults"].pop("found_share", None)
    if share is not None:
        card["defaults"]["found_share"] = share
    write_card(folder, card)
    return load(folder)
