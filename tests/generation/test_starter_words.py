"""The shipped starter understands what people type; what it does not know it says."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.families.protocol import Asked, Voice
from qvim_studio.voice.embedder import load_embedder
from qvim_studio.voice.hearing import program_hearing

SOUNDS = (
    "animal_02_cow",
    "animal_09_rooster",
    "click_01_camera-click",
    "crowd_01_applause",
    "engine_01_heli",
    "explosion_02_explosion",
    "guitar_10_eminor7b-up",
    "laser_10_laser",
    "phone_01_telephone",
    "thunder_01_thunderhead",
)


@cache
def starter() -> LoadedCheckpoint:
    checkpoint = find_checkpoint("starter")
    return load_checkpoint(checkpoint, plan_for(checkpoint, VramMode.CPU))


@cache
def tower_embedding() -> torch.Tensor:
    """(sounds, 512) of the starter's audio tower."""
    folder = resource_path("library")
    clips = [read_audio(folder / f"{name}.ogg") for name in SOUNDS]
    return torch.cat([starter().tower_embedding(clip) for clip in clips])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mooing", "animal_02_cow"),
        ("a rooster crows", "animal_09_rooster"),
        ("camera", "click_01_camera-click"),
        ("taking a PHOTO", "click_01_camera-click"),
        ("people applauding: applause!", "crowd_01_applause"),
        ("a helicopter overhead", "engine_01_heli"),
        ("big explosion far away", "explosion_02_explosion"),
        ("somebody strums a guitar", "guitar_10_eminor7b-up"),
        ("pew pew laser", "laser_10_laser"),
        ("the telephone rings", "phone_01_telephone"),
        ("rolling thunder", "thunder_01_thunderhead"),
        # Words that no sound is called by:
        ("an automobile", "engine_01_heli"),
        ("applauding spectators", "crowd_01_applause"),
        ("mandolin", "guitar_10_eminor7b-up"),
        ("photographer", "click_01_camera-click"),
        ("a smartphone is ringing", "phone_01_telephone"),
        ("calf", "animal_02_cow"),
    ],
)
def test_words_are_nearest_to_their_sound(text: str, expected: str) -> None:
    wanted, _, notes = starter().conditions(Asked(1.0, text=text))
    assert SOUNDS[int((tower_embedding() @ wanted.vector[0]).argmax())] == expected
    assert not notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a big explosion", "explosion"), ("strumming a guitar", "guitar"), ("tom", "tom")],
)
def test_words_are_imagined_as_the_encoder_hears_such_sounds(text: str, expected: str) -> None:
    loaded = starter()
    with np.load(resource_path("library", "index.npz")) as stored:
        imagined = program_hearing().imagined(loaded.imagine(text))
        nearest = stored["names"][(stored["embeddings"] @ imagined).argmax()]
    assert str(nearest).startswith(expected)


def test_nothing_is_imagined_without_words_that_say_something() -> None:
    loaded = starter()
    assert loaded.imagine("  ") is None
    assert loaded.imagine("qwertz") is None
    bridge = copy(loaded.bridge)
    bridge.adapter = None
    assert replace(loaded, bridge=bridge).imagine("a big explosion") is None
    assert replace(loaded, text=None).imagine("a big explosion") is None


@pytest.mark.parametrize("text", ["qwertz", "Versicherung", "xx"])
def test_unknown_words_are_named(text: str) -> None:
    _, _, notes = starter().conditions(Asked(1.0, text=text))
    assert notes == [f"This checkpoint hardly knows these words: {text}. Others may do more."]


def test_voice_without_words_is_not_told_of_any() -> None:
    folder = resource_path("examples")
    take = read_audio(folder / "dog_woof.flac")
    voice = Voice(take, load_embedder(resource_path("starter", "qvim")).embed(take, "imitation"))
    assert starter().conditions(Asked(1.0, voice=voice))[2] == []
