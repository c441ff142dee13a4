"""Recipes and settings: what is written is read again, and no value breaks the program."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from qvim_studio.core.errors import AudioFileError, UsageError
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.program.settings import Settings, load_settings
from qvim_studio.core.recipe_form import MAX_SEED, RECIPE_VERSION, VERSION_NAME, current_recipe
from qvim_studio.core.request import (
    MAX_DURATION_S,
    MAX_FITS,
    MAX_GUIDANCE,
    MAX_STEPS,
    MAX_VARIATIONS,
    MIN_DURATION_S,
    MIN_STRENGTH,
    GenerationRequest,
    SamplerName,
    Start,
    VramMode,
)

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "data" / "recipe_version_2.json").read_text(encoding="utf-8")
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SHARES = st.floats(0.0, 1.0)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
HUGE = 10**400  # a whole number of JSON that no float holds
REQUESTS = st.builds(
    GenerationRequest,
    text=TEXTS.filter(str.strip),
    negative_text=TEXTS,
    balance=SHARES,
    follow=SHARES,
    duration_s=st.none() | st.floats(MIN_DURATION_S, MAX_DURATION_S),
    variations=st.integers(1, MAX_VARIATIONS),
    fits=st.integers(0, MAX_FITS),
    seed=st.integers(0, MAX_SEED - MAX_VARIATIONS),
    steps=st.none() | st.integers(1, MAX_STEPS),
    guidance=st.none() | st.floats(0.0, MAX_GUIDANCE),
    sampler=st.sampled_from(SamplerName),
    clean_pauses=st.booleans(),
    extend_bandwidth=st.booleans(),
    light=st.booleans(),
    start=st.none() | st.sampled_from([Start.NOISE, Start.NEAREST]),
    strength=st.none() | st.floats(MIN_STRENGTH, 1.0),
    checkpoint=TEXTS,
    vram_mode=st.sampled_from(VramMode),
    options=st.dictionaries(TEXTS, st.booleans() | st.integers() | TEXTS, max_size=3).map(
        OptionValues
    ),
    library_folder=st.none() | TEXTS,
)
REQUEST_FIELDS = st.sampled_from([each.name for each in fields(GenerationRequest)])
OPTIONS = st.sampled_from(
    [
        Option("steps", "Steps", 50, Role.QUALITY, 1, 200, 1),
        Option("guidance", "Guidance", 2.0, Role.ADHERENCE, 1.0),
        Option("offset", "Offset", 0, Role.EXPERT),
        Option("start", "Start", "noise", Role.START, choices=("noise", "voice")),
        Option("light", "Light", False, Role.SPEED),
    ]
)
SETTINGS_FIELDS = st.sampled_from([each.name for each in fields(Settings)])


@given(REQUESTS)
def test_a_request_comes_back_from_its_recipe_through_json(request: GenerationRequest) -> None:
    recipe = json.loads(json.dumps(request.recipe()))
    again = GenerationRequest.from_recipe(recipe, None)
    assert again.recipe() == request.recipe()


@given(st.dictionaries(REQUEST_FIELDS, VALUES, max_size=3))
@example({"balance": HUGE})
@example({"guidance": HUGE})
def test_a_recipe_of_any_values_is_a_request_or_refused(values: dict[str, Any]) -> None:
    try:
        request = GenerationRequest.from_recipe({"text": "rain", **values}, None)
    except UsageError:
        return
    assert 0.0 <= request.balance <= 1.0


@given(st.dictionaries(st.sampled_from(sorted(GOLDEN)), VALUES, max_size=2))
@example({"similarity": HUGE})
@example({"seed": HUGE})
def test_a_recipe_of_any_values_is_read_or_refused(values: dict[str, Any]) -> None:
    try:
        recipe = current_recipe({**GOLDEN, **values})
    except (ValueError, AudioFileError):
        return
    assert current_recipe(recipe) == recipe


@given(st.dictionaries(TEXTS, VALUES.filter(lambda value: value == value), max_size=3))
def test_older_recipes_are_brought_up_and_keep_what_is_unknown(others: dict[str, Any]) -> None:
    unknown = {f"x {name}": value for name, value in others.items()}
    old = {**GOLDEN, **unknown}
    old.pop(VERSION_NAME)
    try:
        recipe = current_recipe(old)
    except ValueError:  # values that JSON does not know
        return
    assert recipe[VERSION_NAME] == list(RECIPE_VERSION)
    assert {name: recipe[name] for name in unknown} == unknown


@given(st.dictionaries(SETTINGS_FIELDS, VALUES, max_size=3))
@example({"balance": HUGE})
@example({"strength": HUGE})
def test_settings_of_any_values_start_the_program(tmp_path: Path, values: dict[str, Any]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, **values}), encoding="utf-8")
    settings, _note = load_settings(path)
    assert 0.0 <= settings.balance <= 1.0


@given(OPTIONS, VALUES)
@example(Option("steps", "Steps", 50, Role.QUALITY, 1, 200, 1), HUGE)
@example(Option("guidance", "Guidance", 2.0, Role.ADHERENCE, 1.0), HUGE)
def test_an_option_takes_a_value_of_its_own_type_or_refuses_it(option: Option, value: Any) -> None:
    try:
        taken = option.checked(value)
    except UsageError:
        return
    assert type(taken) is type(option.default)
    assert taken == value
