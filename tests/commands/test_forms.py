"""A command's options become a form, and an option that a command lacks is as if unsaid."""

from __future__ import annotations

import argparse
from pathlib import Path

from qvim_studio.commands.forms import form_of
from qvim_studio.commands.grammar.parser import make_parser
from qvim_studio.core.request import GenerationRequest


def test_what_is_not_said_keeps_its_default() -> None:
    form = form_of(argparse.Namespace(checkpoint="starter", text="dog", seed=None))
    assert form.take is None and dict(form.values) == {"checkpoint": "starter", "text": "dog"}
    asked = form_of(make_parser().parse_args(["generate", "--text", "dog"]))
    assert asked.read().request.recipe() == GenerationRequest(text="dog").recipe()


def test_what_is_said_comes_into_the_form_as_a_plain_value() -> None:
    words = ["generate", "take.wav", "--no-trim", "--fit", "2", "--start", "nearest"]
    form = form_of(make_parser().parse_args(words))
    assert form.take == Path("take.wav")
    assert (form.values["trim"], form.values["fits"]) == (False, 2)
    assert form.values["start"] == "nearest"
