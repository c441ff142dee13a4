"""What a request refuses before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import (
    MAX_SEED,
    MAX_VARIATIONS,
    GenerationRequest,
    Start,
    clip_hash,
    filled,
)

CLIP = AudioClip.from_mono(np.full(4_800, 0.1), 48_000)
OTHER = AudioClip.from_mono(np.full(4_800, 0.2), 48_000)


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
    for lacking, said in (({"timbre": CLIP}, "door slam.*--start-from"), ({}, "a bell.*--timbre")):
        with pytest.raises(UsageError, match=said):
            GenerationRequest.from_recipe(recipe, CLIP, **lacking)


def test_a_value_that_defaults_should_have_filled_in_is_a_bug() -> None:
    assert filled(0.0) == 0.0
    with pytest.raises(ValueError, match="defaults are filled in"):
        filled(GenerationRequest(text="a bell").steps)
