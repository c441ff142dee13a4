"""Sounds that a request starts from, and what they lead to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from engine_runs import find_two, generate, noise_burst

from qvim_studio.core.capabilities import Input
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest, Start, VramMode
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.families.audioldm import generator
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint
from qvim_studio.generation.defaults import fill_defaults
from qvim_studio.generation.engine import StudioEngine
from qvim_studio.generation.starts import NearestSound
from qvim_studio.networks.ears import EARS_DIM
from qvim_studio.voice.conditioning import Wanted

pytestmark = pytest.mark.usefixtures("quick_ears")


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
