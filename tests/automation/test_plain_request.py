"""Plain values say everything that people set in a request, and nothing else."""

from __future__ import annotations

import inspect
from dataclasses import fields
from types import NoneType
from typing import get_args, get_type_hints

from qvim_studio.automation.plain_request import FORM_KINDS, OPTIONS, RequestFields, make_form
from qvim_studio.automation.studio import Studio
from qvim_studio.automation.wire_requests import GENERATE_KINDS
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.core.request_fields import REQUEST_FIELDS

PLAIN = {
    "text": "dog", "negative_text": "music", "balance": 0.25, "seed": 7, "variations": 2,
    "duration_s": 1.5, "checkpoint": "other", "follow": 0.1, "steps": 9, "guidance": 3.0,
    "start": "noise", "strength": 0.3, "library": "sounds", "loop": True, "light": True,
    "sampler": "ddim", "upscaler": "audiosr", "vram_mode": "low", "clean_pauses": False,
    "extend_bandwidth": False,
}  # fmt: skip


def test_a_field_of_the_table_is_known_to_json_and_to_python_with_its_type() -> None:
    assert FORM_KINDS.keys() == {*REQUEST_FIELDS, OPTIONS}
    assert GENERATE_KINDS.keys() == {*FORM_KINDS, "take"}
    own = inspect.signature(Studio.generate).parameters
    hints = get_type_hints(RequestFields)
    assert hints.keys() | (own.keys() & REQUEST_FIELDS.keys()) == REQUEST_FIELDS.keys()
    for name, hint in hints.items():
        assert REQUEST_FIELDS[name].kind in {hint, *get_args(hint)} - {NoneType}


def test_every_value_reaches_the_request_under_its_own_name() -> None:
    read, usual = make_form(None, PLAIN).read().request, GenerationRequest(text="any")
    reached = {REQUEST_FIELDS[name].target: value for name, value in PLAIN.items()}
    assert reached.items() <= read.recipe().items()
    assert all(getattr(usual, name) != getattr(read, name) for name in reached)
    sounds = {"timbre", "start_sound"}
    named = {known.target for known in REQUEST_FIELDS.values()} - reached.keys() - sounds
    assert named == {"fits", "trim"}  # which need a take
    assert named - {each.name for each in fields(GenerationRequest)} == {"trim"}


def test_nothing_and_null_mean_the_defaults_of_a_request() -> None:
    read = make_form(None, {"text": "dog", "start": None, "follow": None}).read().request
    assert read.recipe() == GenerationRequest(text="dog").recipe()


def test_choices_may_be_given_as_values_too() -> None:
    assert (
        make_form(None, {"text": "dog", "start": Start.NOISE}).read().request.start is Start.NOISE
    )
