"""What a request refuses before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    FINISHING,
    MAX_DURATION_S,
    MAX_FITS,
    MAX_GUIDANCE,
    MAX_SEED,
    MAX_STEPS,
    MAX_VARIATIONS,
    MIN_DURATION_S,
    MIN_STRENGTH,
    GenerationRequest,
    Start,
    clip_hash,
    filled,
    sketch_steps,
    usual_balance,
)
from qvim_studio.core.upscale import Upscale

CLIP = AudioClip.from_mono(np.full(4_800, 0.1), 48_000)
OTHER = AudioClip.from_mono(np.full(4_800, 0.2), 48_000)
LONG = AudioClip.from_mono(np.full(4_000, 0.1), 4_000)


def test_the_seeds_of_all_variations_stay_within_63_bits() -> None:
    highest = MAX_SEED - MAX_VARIATIONS
    assert GenerationRequest(text="a bell", seed=highest).seed == highest
    for seed in (highest + 1, -1):
        with pytest.raises(UsageError, match=f"got {seed}"):
            GenerationRequest(text="a bell", seed=seed)


def test_a_timbre_without_an_imitation_is_refused_even_beside_words() -> None:
    with pytest.raises(UsageError, match="A sound to sound like needs an imitation"):
        GenerationRequest(text="a bell", timbre=CLIP)
    assert GenerationRequest(imitation=CLIP, timbre=CLIP).timbre is CLIP


@pytest.mark.parametrize("start", [Start.NOISE, Start.IMITATION])
def test_a_sound_to_start_from_beside_another_start_is_refused(start: Start) -> None:
    with pytest.raises(UsageError, match=f"Got a sound to start from and start={start.value}"):
        GenerationRequest(imitation=CLIP, start_sound=CLIP, start=start)


def test_recipes_name_given_sounds_by_hash_and_name_and_take_them_back() -> None:
    asked = GenerationRequest(
        imitation=CLIP,
        timbre=CLIP,
        start_sound=OTHER,
        timbre_name="a bell",
        start_sound_name="door slam",
    )
    recipe = asked.recipe()
    assert recipe["start_sound_sha256"] == clip_hash(OTHER)
    assert (recipe["timbre_name"], recipe["start_sound_name"]) == ("a bell", "door slam")
    assert not {"start_sound", "timbre", "imitation"} & recipe.keys()
    again = GenerationRequest.from_recipe(recipe, CLIP, CLIP, start_sound=OTHER)
    assert again.recipe() == recipe and again.start_sound is OTHER
    for lacking, text in (
        ({"timbre": CLIP}, "door slam.*--start-from"),
        ({}, "a bell.*--timbre"),
    ):
        with pytest.raises(UsageError, match=text):
            GenerationRequest.from_recipe(recipe, CLIP, **lacking)


def test_a_value_that_defaults_should_have_filled_in_is_a_bug() -> None:
    assert filled(0.0) == 0.0
    with pytest.raises(ValueError, match="defaults are filled in"):
        filled(GenerationRequest(text="a bell").steps)


def test_the_overhang_of_a_loop_is_a_second_or_a_third_of_its_length() -> None:
    request = GenerationRequest(text="rain", loop=True)
    lengths = {
        natural_s: request.with_changes(duration_s=natural_s).overhang_s
        for natural_s in (0.6, 3.0, 60.0)
    }
    assert lengths == {0.6: pytest.approx(0.2), 3.0: 1.0, 60.0: 1.0}
    assert request.with_changes(loop=False).overhang_s == 0.0


@pytest.mark.parametrize(
    ("name", "low", "high", "below", "above"),
    [
        ("balance", 0.0, 1.0, -0.01, 1.01),
        ("follow", 0.0, 1.0, -0.01, 1.01),
        ("variations", 1, MAX_VARIATIONS, 0, MAX_VARIATIONS + 1),
        ("fits", 0, MAX_FITS, -1, MAX_FITS + 1),
        ("finishing", 1, FINISHING, 0, FINISHING + 1),
        ("duration_s", MIN_DURATION_S, MAX_DURATION_S, 0.19, 600.1),
        ("steps", 1, MAX_STEPS, 0, MAX_STEPS + 1),
        ("guidance", 0.0, MAX_GUIDANCE, -0.1, 30.1),
        ("strength", MIN_STRENGTH, 1.0, 0.0, 1.01),
        ("variety", 0.0, 1.0, -0.01, 1.01),
        ("morph_at", 0.0, 1.0, -0.01, 1.01),
    ],
)
def test_a_value_lies_within_its_range_ends_included(
    name: str, low: float, high: float, below: float, above: float
) -> None:
    for value in (low, high):
        assert getattr(GenerationRequest(text="rain", **{name: value}), name) == value
    for value in (below, above, float("nan")):
        with pytest.raises(UsageError, match=r"must lie between .*Choose a value in that range"):
            GenerationRequest(text="rain", **{name: value})


def test_a_request_needs_a_sound_or_words() -> None:
    for text in ("", " \n"):
        with pytest.raises(UsageError, match="Nothing to generate from"):
            GenerationRequest(text=text)
    assert GenerationRequest(imitation=CLIP).target is CLIP


@pytest.mark.parametrize("name", ["text", "negative_text", "timbre_name", "morph_sound_name"])
def test_words_hold_whole_characters(name: str) -> None:
    with pytest.raises(UsageError, match="not valid UTF-8"):
        GenerationRequest(**{"text": "rain", name: "T\udcfcr"})


def test_an_upscaling_names_what_does_it() -> None:
    upscale = Upscale(CLIP)
    with pytest.raises(UsageError, match="Choose an upscaler"):
        GenerationRequest(upscale=upscale)
    assert GenerationRequest(upscale=upscale, upscaler="highs").natural_s == CLIP.duration_s


def test_a_morph_lies_between_two_sounds() -> None:
    morph = GenerationRequest(imitation=CLIP, morph_sound=LONG, start=Start.IMITATION)
    assert morph.natural_s == LONG.duration_s
    assert morph.with_changes(imitation=LONG, morph_sound=CLIP).natural_s == LONG.duration_s
    assert morph.with_changes(morph_at=None).morph_at is None
    edit = Edit(LONG, 0.2, 0.6)
    for lacking in ({"imitation": None, "text": "rain"}, {"edit": edit}, {"start": None}):
        with pytest.raises(UsageError, match="A morph lies between two sounds"):
            morph.with_changes(**lacking)


def test_what_starts_from_the_imitation_has_one() -> None:
    with pytest.raises(UsageError, match="start=imitation needs an imitation"):
        GenerationRequest(text="rain", start=Start.IMITATION)
    edit = Edit(LONG, 0.2, 0.6)
    assert GenerationRequest(edit=edit, start=Start.IMITATION).start is Start.IMITATION
    assert GenerationRequest(imitation=CLIP, start_sound=OTHER, start=Start.NEAREST).start_sound


def test_a_timbre_may_stand_beside_an_edit() -> None:
    assert GenerationRequest(edit=Edit(LONG, 0.2, 0.6), timbre=OTHER).given_target is OTHER


def test_an_edit_is_as_long_as_its_window_whatever_is_asked_for() -> None:
    request = GenerationRequest(edit=Edit(LONG, 0.2, 0.6), duration_s=9.0)
    assert request.natural_s == pytest.approx(LONG.duration_s)


def test_sketches_take_a_third_of_the_steps_and_four_at_least() -> None:
    assert [sketch_steps(steps) for steps in (30, 25, 12, 9, 1)] == [10, 8, 4, 4, 4]


def test_words_and_a_sound_share_evenly() -> None:
    assert usual_balance("rain", has_sound=True) == DEFAULT_BALANCE
    assert usual_balance("rain", has_sound=False) == 0.0
    assert usual_balance("  ", has_sound=True) == 0.0


def test_a_recipe_with_a_value_of_another_kind_is_refused() -> None:
    for values in ({"options": 5}, {"start": "tomorrow"}, {"steps": "many"}):
        with pytest.raises(UsageError, match="holds a value that is not known here"):
            GenerationRequest.from_recipe({"text": "rain", **values}, None)


def test_a_recipe_without_values_means_what_the_first_version_made() -> None:
    request = GenerationRequest.from_recipe({"text": "rain", "of_tomorrow": 1}, None)
    assert not (request.extend_bandwidth or request.clean_pauses or request.in_windows)
    assert (request.variety, request.finishing) == (0.0, 1)


def test_a_recipe_keeps_the_names_of_choices_and_the_hash_of_each_sound() -> None:
    request = GenerationRequest(imitation=CLIP, morph_sound=OTHER, start=Start.IMITATION)
    recipe = request.recipe()
    assert (recipe["start"], recipe["sampler"]) == ("imitation", "dpm-solver++")
    assert recipe["imitation_sha256"] == clip_hash(CLIP)
    assert recipe["morph_sound_sha256"] == clip_hash(OTHER) != clip_hash(CLIP)
    assert recipe["timbre_sha256"] is None
    with pytest.raises(UsageError, match=r"another sound, which it .* the command morph"):
        GenerationRequest.from_recipe(recipe, CLIP)
    again = GenerationRequest.from_recipe(recipe, CLIP, morph_sound=OTHER)
    assert again.morph_sound is OTHER and again.start is Start.IMITATION
