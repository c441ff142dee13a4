"""Sounds that a request starts from, and what they lead to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import find_two, generate, make_silent, noise_burst
from tiny_checkpoint import CARD, build_tiny_checkpoint
from tiny_clap import add_tiny_clap

from qvim_studio.checkpoints.card import write_card
from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint
from qvim_studio.generation import run as run_module
from qvim_studio.generation.defaults import fill_defaults
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.starts import NearestSound
from qvim_studio.networks.ears import EARS_DIM
from qvim_studio.voice.conditioning import Wanted

pytestmark = pytest.mark.usefixtures("quick_ears")


def test_words_alone_last_no_longer_than_a_sound_that_dies_away(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    add_tiny_clap(folder)
    words = {"imitation": None, "text": "rain", "start": Start.NEAREST}
    result = generate(StudioEngine(find_two), str(folder), **words)
    lengths = {v.start_name: v.clip.duration_s for v in result.variations}
    assert lengths == {"bark": pytest.approx(0.7, abs=0.01), "beep": pytest.approx(3.0, abs=0.01)}
    assert run_module.DIES_AWAY in result.notes


def test_nearest_start_uses_the_sound_that_was_found(tiny: str) -> None:
    folders: list[str | None] = []

    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        assert query.embedding is not None and query.embedding.shape == (EARS_DIM,)
        folders.append(folder)
        return (NearestSound("bark", noise_burst(0.2)),)

    result = generate(StudioEngine(find), tiny, start=Start.NEAREST, library_folder="mine")
    assert folders == ["mine"]
    assert result.variations[0].start_name == "bark"
    assert any("bark" in note for note in result.notes)


@pytest.mark.parametrize("changes", [{}, {"imitation": None, "text": "rain"}])
def test_all_variations_start_from_the_sound_that_is_given(
    tiny_with_words: str, changes: dict[str, object]
) -> None:
    given = {"start_sound": noise_burst(0.3), "start_sound_name": "door slam"}
    result = generate(StudioEngine(find_two), tiny_with_words, **given, **changes)
    assert [v.start_name for v in result.variations] == ["door slam", "door slam"]
    assert result.request.start is Start.NEAREST and "Started from door slam." in result.notes


def test_a_checkpoint_that_starts_from_no_sound_refuses_one(
    engine: StudioEngine, tiny: str
) -> None:
    engine.prepare(tiny, VramMode.AUTO)
    loaded = engine._loaded
    assert loaded is not None
    inputs = loaded.capabilities.inputs - {Input.START_SOUND}
    without = replace(loaded, capabilities=replace(loaded.capabilities, inputs=inputs))
    request = GenerationRequest(imitation=noise_burst(0.3), start_sound=noise_burst(0.3))
    assert fill_defaults(request, loaded).start is Start.NEAREST
    with pytest.raises(UsageError, match="starts from no sound, got one to start from"):
        fill_defaults(request, without)


def test_another_given_sound_makes_another_clip(engine: StudioEngine, tiny: str) -> None:
    made = [
        generate(engine, tiny, start_sound=noise_burst(length), variations=1).variations[0].clip
        for length in (0.2, 0.2, 0.6)
    ]
    assert np.array_equal(made[0].samples, made[1].samples)
    assert not np.array_equal(made[0].samples, made[2].samples)


def test_neighbouring_seeds_start_from_different_sounds(tiny: str) -> None:
    result = generate(StudioEngine(find_two), tiny, start=Start.NEAREST, variations=3, seed=5)
    assert {v.seed: v.start_name for v in result.variations} == {5: "beep", 6: "bark", 7: "beep"}
    assert result.notes == ("Started from bark, beep.",)


def test_what_is_wanted_of_a_seed_is_led_to_the_sound_that_was_found_for_it(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bark, beep = find_two(SoundQuery(None, ""), None, None)
    sounds = (replace(bark, likelihood=0.7), replace(beep, likelihood=0.2))
    led: list[AudioClip] = []

    def lead(loaded: LoadedCheckpoint, found: AudioClip, wanted: Wanted) -> Wanted:
        led.append(found)
        return replace(wanted, voice=wanted.vector.roll(len(led)))

    asked_for: list[torch.Tensor] = []
    label = generator.label_conditions

    def noted(wanted: torch.Tensor, *others: Any) -> Any:
        asked_for.append(wanted)
        return label(wanted, *others)

    monkeypatch.setattr(LoadedCheckpoint, "led_to", lead)
    monkeypatch.setattr(generator, "label_conditions", noted)
    asked = {"start": Start.NEAREST, "variety": 0.0, "variations": 4}
    generate(StudioEngine(lambda *asked: sounds), tiny, **asked)
    assert led == [bark.clip]  # once, and not the beep, which is unlikely of the kind
    first, second, third, fourth = torch.cat(asked_for)
    assert torch.equal(first, second.roll(1)) and not torch.equal(first, second)
    assert torch.equal(third, first) and torch.equal(fourth, second)


def test_a_likely_sound_is_kept_more_as_the_checkpoint_wants_it(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    write_card(folder, CARD | {"defaults": CARD["defaults"] | {"likely_nearer": 0.7}})
    bark, beep = find_two(SoundQuery(None, ""), None, None)
    sounds = (replace(bark, likelihood=0.51), replace(beep, likelihood=0.5))
    engine = StudioEngine(lambda *asked: sounds)
    asked = {"start": Start.NEAREST, "strength": 0.85, "variations": 2}
    made = [generate(engine, str(folder), **asked, variety=variety) for variety in (0.5, 0.0)]
    spread, alike = ({v.seed: v.start_strength for v in one.variations} for one in made)
    assert spread[0] == pytest.approx(0.5525)  # of the likely bark
    assert spread[1] == pytest.approx(0.85 * 0.7)  # the usual near place, of the beep
    assert alike == {0: 0.85, 1: 0.85}
    given = generate(engine, str(folder), **asked, variety=0.5, start_sound=bark.clip)
    assert {v.seed: v.start_strength for v in given.variations}[0] == 0.85


@pytest.mark.parametrize(
    "changes",
    [
        {"start": Start.NEAREST},  # near, and nobody knows how likely
        {"start": Start.NOISE},
        {"start": Start.IMITATION},
        {"start_sound": noise_burst(0.2)},
    ],
)
def test_a_sound_that_nobody_knows_to_be_likely_leads_nothing(
    tiny: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setattr(LoadedCheckpoint, "led_to", None)
    assert generate(StudioEngine(find_two), tiny, variations=1, **changes).variations


def test_variations_lie_near_and_far_and_say_how_far(tiny: str) -> None:
    engine = StudioEngine(find_two)
    asked = {"start": Start.NEAREST, "strength": 0.6, "variations": 4, "steps": 8}
    spread = {v.seed: v for v in generate(engine, tiny, **asked, variety=1.0).variations}
    assert [spread[seed].start_strength for seed in range(4)] == pytest.approx([0.6, 0.24, 1, 0.42])
    alike = {v.seed: v for v in generate(engine, tiny, **asked, variety=0.0).variations}
    assert {one.start_strength for one in alike.values()} == {0.6}
    assert np.array_equal(spread[0].clip.samples, alike[0].clip.samples)
    assert not np.array_equal(spread[1].clip.samples, alike[1].clip.samples)
    noise = generate(engine, tiny, start=Start.NOISE, variety=1.0)
    assert {one.start_strength for one in noise.variations} == {None}


def test_a_start_is_told_by_a_readable_name_and_kept_by_its_file_name(tiny: str) -> None:
    def find(query: SoundQuery, folder: str | None, embedder: object) -> tuple[NearestSound, ...]:
        return (NearestSound("animal_03_dog", noise_burst(0.2)),)

    result = generate(StudioEngine(find), tiny, start=Start.NEAREST)
    assert result.variations[0].start_name == "animal_03_dog"
    assert result.notes == ("Started from dog.",)


def test_the_seed_alone_says_which_sound_it_starts_from(tiny: str) -> None:
    engine = StudioEngine(find_two)
    both = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=4, variations=2)
    alone = generate(engine, tiny, start=Start.NEAREST, strength=0.4, seed=5, variations=1)
    again = next(v for v in both.variations if v.seed == 5)
    assert np.array_equal(alone.variations[0].clip.samples, again.clip.samples)
    assert alone.notes == ("Started from beep.",)


def test_a_silent_variation_is_made_again_nearer_to_its_start(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_silent(monkeypatch, 2)
    changes = {"start": Start.NEAREST, "strength": 0.8, "variations": 3}
    result = generate(StudioEngine(find_two), tiny, **changes)
    assert sorted(variation.seed for variation in result.variations) == [0, 1, 2]
    # of the 56 % that the usual variety leaves of 80
    assert any("Seed 1 came out silent" in note and "28%" in note for note in result.notes)


def test_starts_give_different_sounds(engine: StudioEngine, tiny: str) -> None:
    clips = [
        generate(engine, tiny, start=start, strength=0.4, variations=1).variations[0].clip
        for start in (Start.NOISE, Start.IMITATION)
    ]
    assert not np.array_equal(clips[0].samples, clips[1].samples)
