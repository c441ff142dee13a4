"""Sounds are made of given sounds: each form fills in what its request usually is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from given_tone import TONE

from qvim_studio.automation.request_form import RequestForm
from qvim_studio.automation.sound_forms import (
    EditForm,
    MorphForm,
    RestyleForm,
    UpscaleForm,
    VaryForm,
)
from qvim_studio.automation.studio import Studio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError, UsageError
from qvim_studio.core.request import VramMode


def test_parts_of_a_sound_are_made_again_in_the_form_of_its_file(
    studio: Studio, hiss: Path
) -> None:
    (made,) = studio.edit(hiss, "rain", parts=[(0.05, 0.15)], seed=7, variations=1)
    asked = made.recipe["request"]
    assert asked["edit"]["parts_s"] == [[0.05, 0.15]] and made.recipe["title"] == "hiss edited 01"
    assert (asked["text"], asked["balance"], asked["seed"]) == ("rain", 0.5, 7)
    (longer,) = studio.edit(TONE, continue_s=1.0, imitation=hiss, variations=1, folder=None)
    begun, ended = (longer.recipe["request"]["edit"][name] for name in ("begin_s", "end_s"))
    assert (begun, ended) == (pytest.approx(0.15), pytest.approx(1.2))
    assert longer.recipe["request"]["imitation_sha256"]


@pytest.mark.parametrize(
    ("call", "values", "expected"),
    [
        ("vary", {}, {"start": "imitation", "strength": 0.5, "balance": 0.0}),
        ("vary", {"strength": 0.2}, {"start": "imitation", "strength": 0.2}),
        ("restyle", {"text": "rain"}, {"start": "imitation", "strength": 0.6, "balance": 1.0}),
        ("restyle", {"timbre": "HISS", "balance": 0.0}, {"timbre_name": "hiss", "balance": 0.0}),
        ("morph", {"other": "HISS"}, {"morph_at": 0.5, "morph_sound_name": "hiss"}),
        ("morph", {"other": TONE, "at": None}, {"morph_at": None, "morph_sound_name": "sound"}),
    ],
)
def test_sounds_are_made_of_a_sound_as_the_commands_make_them(
    studio: Studio, hiss: Path, call: str, values: dict[str, object], expected: dict[str, object]
) -> None:
    given = {name: str(hiss) if value == "HISS" else value for name, value in values.items()}
    (made,) = getattr(studio, call)(str(hiss), variations=1, options={"x": 1}, **given)
    asked = made.recipe["request"]
    assert expected.items() <= asked.items() and asked["options"] == {"x": 1}
    assert any("own licence" in note for note in made.notes)


def test_a_sound_gets_highs_by_an_upscaler_that_is_known(
    studio: Studio, hiss: Path, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(CheckpointError, match="'nope'"):
        studio.upscale(hiss, "nope")
    request.getfixturevalue("any_upscaler")
    made = studio.upscale(hiss, "audiosr-basic", seed=3, known_hz=7000.0)
    asked = made.recipe["request"]
    assert (asked["upscaler"], asked["seed"]) == ("audiosr-basic", 3)
    assert asked["upscale"]["known_hz"] == 7000.0
    assert made.recipe["title"] == "hiss upscaled 01"
    with pytest.raises(UsageError, match="vram_mode takes one of auto"):
        studio.upscale(hiss, "audiosr-basic", vram_mode="tiny")


@pytest.mark.parametrize(
    "given",
    [{}, {"continue_s": 1.0, "highs_above_hz": 0.0}, {"parts": [(0.0, 0.1)], "continue_s": 1.0}],
)
def test_an_edit_takes_one_kind_of_change_alone(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="one of them alone"):
        EditForm(TONE, RequestForm(), **given).read()


def test_an_edit_keeps_the_bit_depth_and_the_name_of_its_file(hiss: Path) -> None:
    read = EditForm(hiss, RequestForm(), parts=[(0.05, 0.15)]).read()
    assert read.request.edit is not None and read.request.edit.bit_depth == 16
    assert read.stem == "hiss edited"
    unnamed = EditForm(TONE, RequestForm(), continue_s=1.0).read()
    assert unnamed.stem == "sound edited"


def test_highs_are_made_above_a_frequency_or_above_what_the_sound_holds(hiss: Path) -> None:
    given, measured = (
        EditForm(hiss, RequestForm(), highs_above_hz=hz).read().request.edit for hz in (5000.0, 0.0)
    )
    assert given is not None and measured is not None
    assert given.above_hz == 5000.0 and measured.above_hz not in (None, 0.0, 5000.0)


def test_a_sound_without_a_new_likeness_cannot_be_restyled() -> None:
    with pytest.raises(UsageError, match="neither --text nor --timbre"):
        RestyleForm(TONE, RequestForm()).read()


def test_the_sound_that_others_start_from_is_never_trimmed() -> None:
    samples = np.zeros((48_000, 1), np.float32)
    samples[12_000:24_000] = TONE.samples[0:1]
    silent_around = AudioClip(samples, 48_000)
    for form in (VaryForm, RestyleForm):
        request = form(silent_around, RequestForm(None, {"text": "rain"})).read().request
        assert request.imitation is not None and request.imitation.duration_s == 1.0


def test_a_morph_is_named_after_both_and_tells_of_both_licences(hiss: Path) -> None:
    read = MorphForm(hiss, TONE, RequestForm()).read()
    assert read.stem == "hiss to sound"
    assert read.notes == ("What is left of the two sounds stays under their own licences.",)
    assert read.request.morph_at == 0.5


def test_an_upscaled_sound_is_one_and_known_by_its_file(hiss: Path) -> None:
    request, _, stem = UpscaleForm(hiss, "audiosr-basic", 3, 7000.0, VramMode.LOW).read()
    assert (request.variations, request.seed, request.vram_mode) == (1, 3, VramMode.LOW)
    assert request.upscale is not None and request.upscale.known_hz == 7000.0
    assert stem == "hiss upscaled"
