"""Recipes as the library reads them: titles, groups, dates, and requests of their own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qvim_studio.core.request import GenerationRequest
from qvim_studio.library.recipes import (
    Recipe,
    key_of,
    parse_recipe,
    read_recipe_beside,
    request_from,
    title_of,
)

ASKED = GenerationRequest(text="rain", seed=7).recipe()
STORED = {
    "recipe_version": [2, 9],
    "created": "2026-11-21T10:00:00+00:00",
    "request": ASKED,
    "provenance": {"checkpoint": "starter", "licence": "CC0"},
    "seed": 9,
    "similarity": 1,
    "title": "Rain 02",
}
RECIPE = Recipe(ASKED, {"licence": "CC0"}, 9, 0.5, 0.0, {})
CLIP = Path("dog_bark_fit_02.wav")


def test_values_of_a_stored_recipe_without_a_field_become_details() -> None:
    recipe = parse_recipe(STORED, CLIP)
    assert recipe is not None
    assert (recipe.seed, recipe.similarity, recipe.created_s) == (9, 1.0, 1_795_255_200.0)
    assert type(recipe.similarity) is float
    assert recipe.provenance.items() >= {"checkpoint": "starter", "licence": "CC0"}.items()
    assert recipe.details["title"] == "Rain 02"
    assert not {"request", "provenance", "seed", "similarity"} & recipe.details.keys()
    unheard = parse_recipe({**STORED, "similarity": None}, CLIP)
    assert unheard is not None and unheard.similarity is None


def test_a_clip_without_a_date_was_made_when_its_file_was(tmp_path: Path) -> None:
    clip = tmp_path / "a.wav"
    clip.touch()
    os.utime(clip, (5, 5))
    recipe = parse_recipe({**STORED, "created": "some day"}, clip)
    assert recipe is not None and recipe.created_s == 5.0
    assert parse_recipe({**STORED, "created": "some day"}, tmp_path / "gone.wav") is None


@pytest.mark.parametrize("content", [None, "torn", "[]", "{}"])
def test_a_clip_without_a_recipe_of_ours_has_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    assert read_recipe_beside(tmp_path / "a.wav") is None


def test_a_fitted_sound_is_asked_for_with_the_seed_of_its_request() -> None:
    assert request_from(RECIPE, None).seed == 9
    fitted = replace(RECIPE, details={"origin": "fitted"})
    assert fitted.is_fitted and request_from(fitted, None).seed == 7


@pytest.mark.parametrize("part", ["edit", "upscale"])
def test_a_recipe_that_needs_another_sound_is_not_whole(part: str) -> None:
    assert RECIPE.is_whole is True
    assert replace(RECIPE, request={**ASKED, part: {"sound_sha256": "a"}}).is_whole is False


@pytest.mark.parametrize(
    ("text", "title", "shown"),
    [
        (" rain ", "Thunder 02", "rain"),
        ("", "Thunder 02", "Thunder"),
        ("", "Thunder fit 02", "Thunder"),
        ("", 5, "dog bark"),
        ("", "", "dog bark"),
        (None, None, "dog bark"),
    ],
)
def test_a_clip_is_titled_by_its_words_or_title_or_file(
    text: str | None, title: object, shown: str
) -> None:
    recipe = replace(RECIPE, request={"text": text}, details={"title": title})
    assert title_of(recipe, CLIP) == shown


def test_an_edit_is_titled_by_its_own_name_whatever_was_asked_for() -> None:
    recipe = replace(RECIPE, request={"text": "rain", "edit": {"begin_s": 0}})
    assert title_of(recipe, Path("door_edited_01.wav")) == "door edited"


def test_clips_of_one_press_share_their_key_and_no_others() -> None:
    key = key_of(RECIPE, CLIP, 1)
    assert key == key_of(replace(RECIPE, seed=10), Path("dog_bark_01.wav"), 1)
    others = {
        key_of(RECIPE, CLIP, 2),
        key_of(RECIPE, Path("dog_03_bark_02.wav"), 1),
        key_of(replace(RECIPE, request={"text": "rain"}), CLIP, 1),
    }
    assert key not in others and len(others) == 3


def test_a_recipe_with_half_a_character_is_not_kept() -> None:
    assert parse_recipe({**STORED, "notes": ["\ud800"]}, CLIP) is None
    assert parse_recipe({**STORED, "notes": ["ü"]}, CLIP) is not None
