"""A voice reaches a checkpoint's conditions by its adapter or audio tower, or is told why not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from quick_ears import quick_ears  # noqa: F401
from tiny_checkpoint import build_tiny_checkpoint, give_second_ear
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.sound_effects_tower import SoundEffectsTower
from qvim_studio.voice.adapter import load_adapter
from qvim_studio.voice.bridge import BY_TOWER, VoiceBridge
from qvim_studio.voice.clap_audio import ClapAudioConditioner

pytestmark = pytest.mark.usefixtures("quick_ears")

VOICE = AudioClip.from_mono(0.1 * np.sin(np.arange(24_000) * 0.05), 48_000)
EMBEDDING = np.full(960, 960**-0.5, np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build_tiny_checkpoint(tmp_path / "tiny")


def bridge_of(folder: Path, **changes: str) -> VoiceBridge:
    named = {"id": "tiny", "title": "Tiny", "clap_id": "tiny-clap"} | changes
    return VoiceBridge(Checkpoint(folder=folder, **named))


def test_an_adapter_alone_needs_no_tower_and_says_nothing(folder: Path) -> None:
    made, note = bridge_of(folder).vector(VOICE, EMBEDDING)
    adapter, _ = load_adapter(folder / "adapter")
    with torch.inference_mode():
        expected = adapter(torch.from_numpy(EMBEDDING)[None])
    torch.testing.assert_close(made, expected)
    assert note == "" and made.norm() == pytest.approx(1.0, abs=1e-5)


def test_without_an_adapter_the_tower_s_own_embedding_is_the_condition(folder: Path) -> None:
    shutil.rmtree(folder / "adapter")
    add_tiny_clap(folder)
    bridge = bridge_of(folder)
    made, note = bridge.vector(VOICE, EMBEDDING)
    assert isinstance(bridge.audio_tower, ClapAudioConditioner) and note == BY_TOWER
    torch.testing.assert_close(made, bridge.audio_tower.embed(VOICE.mono()))


def test_a_second_ear_listens_with_the_checkpoint_s_own_tower(folder: Path) -> None:
    give_second_ear(folder)
    add_tiny_clap(folder)
    bridge = bridge_of(folder)
    assert isinstance(bridge.audio_tower, SoundEffectsTower)
    first, note = bridge.vector(VOICE, EMBEDDING)
    other = AudioClip.from_mono(np.random.default_rng(0).uniform(-0.1, 0.1, 24_000), 48_000)
    assert note == "" and not torch.allclose(bridge.vector(other, EMBEDDING)[0], first, atol=1e-4)


def test_a_second_ear_without_a_tower_is_told(folder: Path) -> None:
    give_second_ear(folder)
    shutil.rmtree(folder / "audio_tower")
    with pytest.raises(CheckpointError, match=r"adapter of Tiny listens .* expected audio_tower/"):
        bridge_of(folder).vector(VOICE, EMBEDDING)


@pytest.mark.parametrize(
    ("id", "remedy"),
    [
        ("tiny", r"or train an adapter for it\.$"),
        ("audioldm-s-full-v2", r"download clap-audioldm-s-full-v2$"),
    ],
)
def test_a_checkpoint_without_ears_says_how_it_gets_some(
    folder: Path, id: str, remedy: str
) -> None:
    shutil.rmtree(folder / "adapter")
    with pytest.raises(CheckpointError, match=rf"neither an adapter .* {remedy}"):
        bridge_of(folder, id=id).vector(VOICE, EMBEDDING)


@pytest.mark.parametrize("change", [{"clap_id": "foreign"}, {"id": "other"}])
def test_an_adapter_of_another_space_or_generator_is_refused(
    folder: Path, change: dict[str, str]
) -> None:
    (foreign,) = change.values()
    with pytest.raises(CheckpointError, match=rf"'tiny.*'.*'{foreign}'"):
        bridge_of(folder, **change)
