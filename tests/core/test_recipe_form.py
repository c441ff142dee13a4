"""Recipes of every version that was ever written are read; hostile ones are none of ours."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scripted_engine

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import stored_parts
from qvim_studio.core.errors import UsageError
from qvim_studio.core.match import Compared, Match
from qvim_studio.core.recipe_form import (
    RECIPE_VERSION,
    NewerRecipeError,
    current_recipe,
    match_of,
)
from qvim_studio.core.request import (
    FINISHING,
    GenerationRequest,
    SamplerName,
    Start,
    clip_hash,
)
from qvim_studio.core.result import GenerationResult
from qvim_studio.core.upscale import Upscale
from qvim_studio.export.files.recipe import metadata_of, read_recipe, recipe_of
from qvim_studio.library.recipes import parse_recipe, read_recipe_beside, request_from

DATA = Path(__file__).parent.parent / "data"
VERSIONS = range(1, RECIPE_VERSION[0] + 1)
VOICE = AudioClip.from_mono(np.sin(np.arange(1600) * 0.1).astype(np.float32), 16_000)
REQUEST = GenerationRequest(
    imitation=VOICE,
    text="a big dog",
    negative_text="music",
    balance=0.3,
    follow=0.2,
    duration_s=0.2,
    variations=1,
    seed=7,
    steps=9,
    guidance=2.5,
    sampler=SamplerName.DDIM,
    start=Start.NEAREST,
    strength=0.5,
    library_folder="sounds",
)


NOTHING_GIVEN = {
    **{"timbre_name": "", "start_sound_name": "", "start_sound_sha256": None},
    **{"loop": False, "morph_at": 0.5, "morph_sound_name": "", "morph_sound_sha256": None},
}
NO_UPSCALER = {"upscaler": ""}


def golden(version: int = RECIPE_VERSION[0]) -> dict[str, Any]:
    return json.loads((DATA / f"recipe_version_{version}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_golden_recipe_of_each_version_makes_the_same_request(version: int) -> None:
    path = DATA / f"recipe_version_{version}.wav"
    inside, beside = read_recipe(path), read_recipe_beside(path)
    assert inside is not None and beside is not None
    parsed = parse_recipe(inside, path)
    for recipe in (parsed, beside):
        assert recipe is not None
        made = request_from(recipe, VOICE)
        # The files were written before pauses were silent, variations spread, attacks kept and long
        # sounds made in windows.
        today = made.with_changes(
            clean_pauses=True, variety=None, finishing=FINISHING, in_windows=True
        )
        assert today.recipe() == REQUEST.recipe()
        assert recipe.provenance == scripted_engine.PROVENANCE.as_dict()
        assert recipe.details["bandwidth_hz"] == 8000.0
    assert "content up to 8000 Hz" in metadata_of(inside, "dog").notes


def test_every_version_becomes_todays() -> None:
    today = golden()
    older = current_recipe(golden(1))
    # Versions 2.1 to 2.10 say what was the case before, too.
    request = {**older["request"], "fits": 0, "options": {}, "variety": None}
    request |= {**NOTHING_GIVEN, **NO_UPSCALER}
    # What was not said counts as not asked for, see below.
    request |= {"clean_pauses": True, "finishing": FINISHING, "in_windows": True}
    older |= {"request": request, "created": today["created"]}
    assert older == today
    assert current_recipe(today) == today


def test_what_is_written_today_is_the_golden_form() -> None:
    variation = scripted_engine.make_variations(REQUEST)[0]
    result = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (variation,))
    written = recipe_of(result, variation, b"")
    assert written.keys() == golden().keys()
    assert written["request"] == golden()["request"]
    assert written["recipe_version"] == list(RECIPE_VERSION)


def test_a_recipe_of_old_that_does_not_speak_of_bandwidth_is_not_extended() -> None:
    old = golden(1)
    del old["request"]["extend_bandwidth"]
    assert current_recipe(old)["request"]["extend_bandwidth"] is False


def test_recipe_of_version_2_2_was_given_no_sounds() -> None:
    old = json.loads((DATA / "recipe_version_2_2.json").read_text(encoding="utf-8"))
    today = golden()
    assert not NOTHING_GIVEN.keys() & old["request"].keys()
    unsaid = {"clean_pauses": True, "variety": None, "finishing": FINISHING, "in_windows": True}
    unsaid |= NO_UPSCALER
    assert {**old["request"], **NOTHING_GIVEN, **unsaid} == today["request"]
    parsed = parse_recipe(old, DATA / "recipe_version_2.wav")
    assert parsed is not None
    left = REQUEST.with_changes(  # as then
        clean_pauses=False, variety=0.0, finishing=1, in_windows=False
    )
    assert request_from(parsed, VOICE).recipe() == left.recipe()


def test_recipe_without_the_sounds_it_was_given_makes_the_rest_of_the_request() -> None:
    given = REQUEST.with_changes(start_sound=VOICE, start_sound_name="door", timbre=VOICE)
    old = golden()
    old["request"] = given.recipe()
    parsed = parse_recipe(old, DATA / "recipe_version_2.wav")
    assert parsed is not None and parsed.is_whole
    assert request_from(parsed, VOICE, VOICE, VOICE).recipe() == given.recipe()
    rest = request_from(parsed, VOICE)
    assert rest.recipe() == REQUEST.recipe()


def test_recipe_names_its_upscaler_and_one_of_before_has_none() -> None:
    asked = REQUEST.with_changes(upscaler="audiosr-basic")
    assert GenerationRequest.from_recipe(asked.recipe(), VOICE).upscaler == "audiosr-basic"
    old = golden() | {"recipe_version": [2, 7]}
    del old["request"]["upscaler"]
    assert GenerationRequest.from_recipe(current_recipe(old)["request"], VOICE).upscaler == ""


def test_recipe_of_an_upscaled_sound_names_it_by_its_hash_alone() -> None:
    upscale = Upscale(VOICE, scripted_engine.PROVENANCE, 8_000.0)
    asked = GenerationRequest(upscale=upscale, upscaler="highs")
    recipe = asked.recipe()
    assert recipe["upscale"] == {"sound_sha256": clip_hash(VOICE), "known_hz": 8_000.0}
    with pytest.raises(UsageError, match="Upscale that sound again"):
        GenerationRequest.from_recipe(recipe, None)
    again = GenerationRequest.from_recipe(recipe, None, upscale=upscale)
    assert again.recipe() == recipe and again.natural_s == VOICE.duration_s
    parsed = parse_recipe(golden() | {"request": recipe}, DATA / "recipe_version_2.wav")
    assert parsed is not None and not parsed.is_whole


def test_recipe_that_does_not_speak_of_fitted_sounds_asks_for_none() -> None:
    old = golden() | {"recipe_version": [2, 0]}
    del old["request"]["fits"], old["origin"]
    parsed = parse_recipe(old, DATA / "recipe_version_2.wav")
    assert parsed is not None and not parsed.is_fitted
    assert request_from(parsed, VOICE).fits == 0
    asked = request_from(parsed, VOICE).with_changes(fits=3)
    assert GenerationRequest.from_recipe(asked.recipe(), VOICE).fits == 3


def test_a_family_s_own_options_come_back() -> None:
    recipe = golden()
    recipe["request"]["options"] = {"top_k": 250}
    asked = GenerationRequest.from_recipe(recipe["request"], VOICE)
    assert dict(asked.options) == {"top_k": 250}
    assert asked.recipe()["options"] == {"top_k": 250}
    del recipe["request"]["options"]
    assert not GenerationRequest.from_recipe(recipe["request"], VOICE).options


def test_recipe_of_before_says_nothing_of_its_match_and_is_made_or_fitted_as_it_was() -> None:
    old = golden() | {"recipe_version": [2, 1], "kind": "fitted"}
    for name in ("origin", "movement", "likelihood", "compared"):
        del old[name]
    parsed = parse_recipe(old, DATA / "recipe_version_2.wav")
    assert parsed is not None and parsed.is_fitted
    assert match_of(parsed.details) is None and parsed.details["kind"] is None


@pytest.mark.parametrize("kind", [None, 4])
def test_match_of_a_clip_is_kept_in_its_recipe(kind: int | None) -> None:
    match = Match(kind, 0.71, 0.62, Compared.TIMBRE)
    variation = replace(scripted_engine.make_variations(REQUEST)[0], match=match)
    result = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (variation,))
    written = json.loads(json.dumps(recipe_of(result, variation, b"")))
    assert match_of(current_recipe(written)) == match


def test_a_newer_second_number_is_read_and_a_newer_first_one_refused() -> None:
    newer = golden() | {"recipe_version": [RECIPE_VERSION[0], 99], "of_tomorrow": 1}
    assert current_recipe(newer)["of_tomorrow"] == 1
    with pytest.raises(NewerRecipeError, match=r"version 9\.1, written by a newer .* Update"):
        current_recipe(golden() | {"recipe_version": [9, 1]})


def test_a_family_without_steps_and_guidance_has_recipes_too() -> None:
    recipe = golden()
    del recipe["request"]["steps"]
    recipe["request"]["guidance"] = None
    notes = metadata_of(current_recipe(recipe), "dog").notes
    assert "steps" not in notes and "guidance" not in notes and "imitation SHA-256 713f" in notes


def test_an_edit_of_before_is_of_one_part_and_later_ones_of_those_that_they_list() -> None:
    listed = json.loads((DATA / "recipe_version_2_6.json").read_text(encoding="utf-8"))
    assert current_recipe(listed)["request"] == listed["request"]
    assert stored_parts(listed["request"]["edit"]["parts_s"]) == ((0.05, 0.1), (0.15, 0.19))
    before = listed | {"recipe_version": [2, 5]}
    for name in ("parts_s", "above_hz"):
        del before["request"]["edit"][name]
    edit = current_recipe(before)["request"]["edit"]
    assert edit["parts_s"] == [[0.05, 0.19]] and edit["above_hz"] is None
    assert edit["sound_sha256"] == listed["audio_sha256"]


WRONG: list[dict[str, Any]] = [
    {"recipe_version": "2"},
    {"recipe_version": [2]},
    {"recipe_version": [2.0, 0]},
    {"recipe_version": [True, 0]},
    {"created": 5},
    {"program": []},
    {"seed": "7"},
    {"seed": -1},
    {"seed": 2**63},
    {"seed": True},
    {"bandwidth_hz": "wide"},
    {"loudness_lufs": "loud"},
    {"loudness_lufs": math.nan},
    {"true_peak_dbfs": [1]},
    {"true_peak_dbfs": None},
    {"bandwidth_hz": None},
    {"extended_to_hz": "x"},
    {"kind": 3.5, "movement": 0.5, "likelihood": 0.5, "compared": "take"},
    {"kind": 6, "movement": 0.5, "likelihood": 0.5, "compared": "take"},
    {"kind": 3, "movement": 1.5, "likelihood": 0.5, "compared": "take"},
    {"kind": 3, "movement": "fast", "likelihood": 0.5, "compared": "take"},
    {"kind": 3, "movement": 0.5, "likelihood": None, "compared": "take"},
    {"kind": 3, "movement": 0.5, "likelihood": 0.5, "compared": "tomorrow"},
    {"similarity": math.inf},
    {"similarity": 10**400},
    {"started_from": 3},
    {"notes": "a note"},
    {"notes": [1]},
    {"request": None},
    {"request": {"text": 7}},
    {"request": {"text": "\ud800"}},
    {"request": {"imitation_sha256": 1}},
    {"request": {"steps": "many"}},
    {"request": {"edit": "yes"}},
    {"provenance": []},
    {"provenance": {"licence": {}}},
    {"provenance": {"licence": None}},
    {"provenance": {"commercial": True}},
    {"provenance": {"checkpoint_title": [1]}},
    {"provenance": {"checkpoint": 7}},
    {"provenance": {"revision": 1.5}},
    {"request": {"negative_text": ["a"]}},
    {"request": {"timbre_sha256": 0}},
    {"request": {"timbre_name": {}}},
    {"request": {"start_sound_sha256": True}},
    {"request": {"start_sound_name": 3}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_value_of_another_type_makes_it_no_recipe(wrong: dict[str, Any]) -> None:
    recipe = golden()
    for name, value in wrong.items():
        is_part = isinstance(value, dict)
        recipe[name] = {**recipe[name], **value} if is_part else value
    sentences = r"expected|^its match is|half a character|not a valid Compared|JSON compliant"
    with pytest.raises(ValueError, match=sentences):
        current_recipe(recipe)


def test_values_nested_too_deeply_make_it_no_recipe() -> None:
    deep: list[Any] = []
    for _ in range(60_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        current_recipe(golden() | {"notes": deep})


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_the_lowest_and_the_highest_seed_are_seeds(seed: int) -> None:
    assert current_recipe(golden() | {"seed": seed})["seed"] == seed
